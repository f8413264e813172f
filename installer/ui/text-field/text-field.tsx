import { Box, Text } from "ink";
import type { ReactElement } from "react";
import type { TextField } from "./model.ts";

export interface TextFieldViewProps {
  readonly label: string;
  readonly hint: string;
  readonly field: TextField;
  readonly active: boolean;
}

/** A labelled line of text; the active one shows its cursor and its hint. */
export function TextFieldView({ label, hint, field, active }: TextFieldViewProps): ReactElement {
  const before = field.text.slice(0, field.cursor);
  const at = field.text.slice(field.cursor, field.cursor + 1);
  const after = field.text.slice(field.cursor + 1);
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Box>
        <Box width={18} flexShrink={0}>
          <Text bold={active} {...(active ? { color: "cyan" } : {})}>{`${active ? "›" : " "} ${label}`}</Text>
        </Box>
        {active ? (
          <Text wrap="truncate-start">
            {before}
            <Text inverse>{at === "" ? " " : at}</Text>
            {after}
          </Text>
        ) : (
          <Text wrap="truncate">{field.text === "" ? "–" : field.text}</Text>
        )}
      </Box>
      {active ? <Text dimColor>{`                  ${hint}`}</Text> : null}
    </Box>
  );
}
