// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/**
 * @notice The EIP-712 type hashes, all in this one file; a test recomputes each from the SDK's types with ethers.
 * @dev The tree of permissions is a nested array of two (`Permission[2][2]` for height 2), so the type of a session names
 * the height of its tree, and a proof for one height cannot pass for another.
 */
library TypeHashes {
    string private constant BUDGET_TYPE = "Budget(uint8 kind,uint104 limit,uint32 period)";
    string private constant CHARGE_TYPE = "Charge(uint8 budget,uint8 source,uint16[] path)";
    string private constant PERMISSION_TYPE =
        "Permission(uint8 kind,address target,bytes4 selector,uint128 maxValue,Rule[] rules,Charge[] charges)";
    string private constant RULE_TYPE = "Rule(uint8 op,uint16[] path,uint16[] other,bytes32 mask,uint256 value)";
    string private constant SESSION_TYPE_HEAD =
        "Session(address account,uint256 chainId,uint64 epoch,uint64 salt,bytes signer,uint48 validAfter,uint48 validUntil,address paymaster,uint8 feeBudget,Budget[] budgets,Permission";

    /// @dev EIP712Domain(string name,string version,address verifyingContract)
    bytes32 internal constant DOMAIN = 0x91ab3d17e3a50a9d89e63fd30b92be7f5336b03b287bb946787a83a9d62a2766;
    bytes32 internal constant BUDGET = 0xe722c453e5aa7f3d1958ffcc064efa3a1e72f863ab8ac20dce276d5e033cde1b;
    bytes32 internal constant CHARGE = 0x0dffd41bb113003c9c24a53bffe5a72743172e35cfb9b3e18119aa1a1caeba45;
    /// @dev Followed by Charge and Rule, which it refers to.
    bytes32 internal constant PERMISSION = 0x2e0736a0d1af24d9802969960ded0325efb5bcbdc7eaa928fdd6c831e72e21a1;
    bytes32 internal constant RULE = 0xe37d90e700535db3d41f2247c5dbdaf72275548619efe2f7ff593e3b6ca41256;
    /// @dev SessionUse(bytes32 userOpHash,bytes envelope)
    bytes32 internal constant SESSION_USE = 0x17a604158a2d4912463de2a765643f4790baffdf385d645d486c7939a336bf26;
    /// @dev SessionRevocation(address account,uint256 chainId,bytes32 sessionId)
    bytes32 internal constant SESSION_REVOCATION = 0x6248efa02f481f7f2ea3f7b199e637185d2480e0d778a9276f56fe7ac4e93d02;

    /// @notice The type hash of a session whose permission tree has height `height` (0 to 10).
    function session(uint256 height) internal pure returns (bytes32) {
        if (height == 0) return 0x91bce6efdd5664484d1392f86dc5f4d5ed2e82ff86c8c8a15320cdb85856aed8;
        if (height < 4) {
            if (height == 1) return 0x2887b05d1bede04a1b9cdf4bcb5f0c381039eb6323cd0d44629787008f3a9e92;
            if (height == 2) return 0x9a001e02b8a8238e797b7fed6f196f4afc708acdc5aafc2c473f9e86dbfcc146;
            return 0xa65b9e3e1ede72e84dcd02bf4059c5d431075e991538ae903291904f70fb7a2b;
        }
        if (height < 8) {
            if (height == 4) return 0xdfddad4c823ac948ff93be390b6b133bf1cf22923455e2ca66c3cfb13014588e;
            if (height == 5) return 0xc7cb68f4e11101752ad71343dff2e285fbb673136eb0e37a2345b6aa744e8598;
            if (height == 6) return 0x107c6bb8494be906f9a3374f07b84fa582bd3aed6abacb030e944eb3419f9284;
            return 0xcf9effe1bdad5f2c15c4ab482284341060c4712f18f2be721451b1e3b60b73a1;
        }
        if (height == 8) return 0x3a792ea1b2e2f6120c1f07352b9f697002e07907d56cda42a7520c876ac08bcf;
        if (height == 9) return 0xd28881c635732ab4f16daa74a4d1d232669470d6b6c5490fba7c009322ce7721;
        return 0xe05c755430acc43e70f8632880152874b16155235b1c34d554aee7da865e071d;
    }

    /// @notice The type hash of a grant: a tree of height `grantHeight` of sessions whose trees have height `treeHeight`.
    function sessionGrant(uint256 treeHeight, uint256 grantHeight) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encodePacked(
                    "SessionGrant(Session",
                    _dimensions(grantHeight),
                    " sessions)",
                    BUDGET_TYPE,
                    CHARGE_TYPE,
                    PERMISSION_TYPE,
                    RULE_TYPE,
                    SESSION_TYPE_HEAD,
                    _dimensions(treeHeight),
                    " permissions)"
                )
            );
    }

    /// "[2]" `height` times.
    function _dimensions(uint256 height) private pure returns (bytes memory dimensions) {
        for (uint256 i; i < height; ++i) dimensions = abi.encodePacked(dimensions, "[2]");
    }
}
