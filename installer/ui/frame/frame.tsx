import { Box, Text } from "ink";
import type { ReactElement, ReactNode } from "react";
import type { Size } from "../program/program.tsx";

export interface FrameProps {
  readonly size: Size;
  /** Where one is, as in `3/9 Probing the servers`. */
  readonly title: string;
  /** What this screen asks or shows, one or two sentences. */
  readonly intro: string;
  /** Keys and what they do, as in `Enter go on`. */
  readonly keys: readonly string[];
  /** Lines of help, shown instead of the body while open. */
  readonly help?: readonly string[];
  /** What is wrong with what was entered. */
  readonly problem?: string;
  readonly children?: ReactNode;
}

/** Lines of a frame that are not its body: title, rule, intro of two lines, blank, problem, keys. */
export const FRAME_LINES = 8;

/** Every screen's frame: title, body, what is wrong, and the keys. */
export function Frame({ size, title, intro, keys, help, problem, children }: FrameProps): ReactElement {
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} paddingX={1}>
      <Box justifyContent="space-between" flexShrink={0}>
        <Text bold color="cyan">
          {title}
        </Text>
        <Text dimColor>bdap install</Text>
      </Box>
      <Box flexDirection="column" flexShrink={0}>
        <Text dimColor>{"─".repeat(Math.max(1, size.columns - 2))}</Text>
        {help === undefined ? <Text>{intro}</Text> : <Text bold>Help</Text>}
      </Box>
      <Box flexDirection="column" flexGrow={1} marginTop={1} overflow="hidden">
        {help === undefined ? children : <Text>{help.join("\n")}</Text>}
      </Box>
      <Box flexDirection="column" flexShrink={0}>
        {problem === undefined ? null : (
          <Text color="red" wrap="wrap">
            {problem}
          </Text>
        )}
        <Text dimColor wrap="truncate">
          {help === undefined ? [...keys, "? help"].join(" · ") : "any key: back"}
        </Text>
      </Box>
    </Box>
  );
}
