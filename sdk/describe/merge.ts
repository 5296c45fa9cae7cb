import { MAX_UINT256, OPS, PERMISSION_KINDS } from "../constants";
import type { Address } from "../hex";
import type { Permission } from "../permission";
import type { Rule } from "../rule";

// Permissions that differ only in one EQ value say together: one of these values. Each step joins two sets of permissions
// that agree in everything else, so a group allows exactly what its members allow.

/** A rule, with all the values that members of the group compare to. */
export interface MergedRule extends Omit<Rule, "value"> {
  readonly values: readonly bigint[];
}

/** Permissions that read as one. */
export interface PermissionGroup extends Omit<Permission, "rules" | "target"> {
  /** One; several only for transfers of native value. */
  readonly targets: readonly Address[];
  readonly rules: readonly MergedRule[];
  /** Their places in the session. */
  readonly members: readonly number[];
}

/**
 * The permissions of a session, those that differ only in one EQ value (or, for transfers of native value, in the
 * recipient) joined, in the order of their first members.
 */
export function mergePermissions(permissions: readonly Permission[]): readonly PermissionGroup[] {
  let groups = permissions.map(single);
  const most = Math.max(0, ...permissions.map(({ rules }) => rules.length));
  for (let place = 0; place < most; place++) groups = join(groups, keyWithoutRule(place), joinRule(place));
  groups = join(groups, keyWithoutTarget, (into, from) => ({ ...into, targets: union(into.targets, from.targets) }));
  return groups.sort((a, b) => a.members[0]! - b.members[0]!);
}

function single({ kind, target, selector, maxValue, rules, charges }: Permission, index: number): PermissionGroup {
  const merged = rules.map(({ value, ...rest }) => ({ ...rest, values: [value] }));
  return { kind, targets: [target], selector, maxValue, rules: merged, charges, members: [index] };
}

type KeyOf = (group: PermissionGroup, index: number) => string;

/** Joins the groups with the same key. A key of its own keeps a group apart. */
function join(
  groups: readonly PermissionGroup[],
  keyOf: KeyOf,
  both: (into: PermissionGroup, from: PermissionGroup) => PermissionGroup,
): PermissionGroup[] {
  const buckets = new Map<string, PermissionGroup[]>();
  groups.forEach((group, index) => {
    const key = keyOf(group, index);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [group]);
    else bucket.push(group);
  });
  return [...buckets.values()].map((bucket) => {
    const [first, ...others] = bucket as [PermissionGroup, ...PermissionGroup[]];
    if (others.length === 0) return first;
    const members = bucket.flatMap((group) => [...group.members]).sort((a, b) => a - b);
    return { ...others.reduce(both, first), members };
  });
}

function isMergeable(rule: MergedRule | undefined): boolean {
  return rule !== undefined && rule.op === OPS.eq && rule.other.length === 0 && rule.mask === MAX_UINT256;
}

function keyWithoutRule(place: number): KeyOf {
  return (group, index) => {
    if (!isMergeable(group.rules[place])) return `alone ${index}`;
    const rules = group.rules.map((rule, i) => ruleKey(rule, i !== place));
    return [headKey(group), group.targets.join(), ...rules].join("|");
  };
}

const keyWithoutTarget: KeyOf = (group, index) =>
  group.kind === PERMISSION_KINDS.transfer
    ? [headKey(group), ...group.rules.map((rule) => ruleKey(rule, true))].join("|")
    : `alone ${index}`;

function headKey({ kind, selector, maxValue, charges }: PermissionGroup): string {
  const costs = charges.map(({ budget, source, path }) => `${budget}/${source}/${path.join()}`);
  return [kind, selector, maxValue, costs.join(";")].join("|");
}

function ruleKey({ op, path, other, mask, values }: MergedRule, withValues: boolean): string {
  const compared = withValues ? [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join() : "*";
  return [op, path.join(), other.join(), mask, compared].join("/");
}

function joinRule(place: number) {
  return (into: PermissionGroup, from: PermissionGroup): PermissionGroup => ({
    ...into,
    rules: into.rules.map((rule, i) =>
      i === place ? { ...rule, values: union(rule.values, from.rules[i]!.values) } : rule,
    ),
  });
}

function union<Item>(left: readonly Item[], right: readonly Item[]): readonly Item[] {
  return [...new Set([...left, ...right])];
}
