import type { Call } from "../../sdk";
import { toolCall, type AgentTool } from "../../sdk/presets";

/** What a language model answers when it wants to do something: JSON. */
export interface Idea {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The calls that the ideas come to. Throws if there is no such tool: the model made it up. */
export function callsOf(tools: readonly AgentTool[], ideas: readonly Idea[]): readonly Call[] {
  return ideas.map(({ tool, input }) => {
    const found = tools.find(({ name }) => name === tool);
    if (found === undefined)
      throw new Error(`there is no tool ${tool}, but ${tools.map(({ name }) => name).join(", ")}`);
    return toolCall(found, input);
  });
}
