import type { Key } from "../key/key.ts";

/** A line of text being edited; the cursor counts characters from the start. */
export interface TextField {
  readonly text: string;
  readonly cursor: number;
}

export function textField(text = ""): TextField {
  return { text, cursor: text.length };
}

/** The field after a key; keys it does not know leave it as it is. */
export function editText(field: TextField, key: Key): TextField {
  const { text, cursor } = field;
  switch (key.name) {
    case "text":
      return { text: text.slice(0, cursor) + key.text + text.slice(cursor), cursor: cursor + key.text.length };
    case "backspace":
      return cursor === 0 ? field : { text: text.slice(0, cursor - 1) + text.slice(cursor), cursor: cursor - 1 };
    case "left":
      return { text, cursor: Math.max(0, cursor - 1) };
    case "right":
      return { text, cursor: Math.min(text.length, cursor + 1) };
    case "home":
      return { text, cursor: 0 };
    case "end":
      return { text, cursor: text.length };
    default:
      return field;
  }
}
