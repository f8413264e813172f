import type { Key as InkKey } from "ink";

/** One key press in one word: a name for special keys, the character itself for the rest. */
export type Key =
  | { readonly name: "up" | "down" | "left" | "right" | "enter" | "escape" | "tab" | "backspace" | "delete" }
  | { readonly name: "home" | "end" | "page-up" | "page-down" | "interrupt" }
  | { readonly name: "text"; readonly text: string };

/**
 * What ink reports, as keys; none for what no screen listens to. On a busy machine or out of a paste, several key presses
 * arrive as one text: it is taken apart, so that an Enter among them is one.
 */
export function keysOf(input: string, key: InkKey): Key[] {
  if (key.ctrl) return input === "c" ? [{ name: "interrupt" }] : [];
  if (key.upArrow) return [{ name: "up" }];
  if (key.downArrow) return [{ name: "down" }];
  if (key.leftArrow) return [{ name: "left" }];
  if (key.rightArrow) return [{ name: "right" }];
  if (key.return) return [{ name: "enter" }];
  if (key.escape) return [{ name: "escape" }];
  if (key.tab) return [{ name: "tab" }];
  if (key.backspace || key.delete) return [{ name: "backspace" }];
  if (key.pageUp) return [{ name: "page-up" }];
  if (key.pageDown) return [{ name: "page-down" }];
  if (key.home) return [{ name: "home" }];
  if (key.end) return [{ name: "end" }];
  return input.split(/([\u0000-\u001f\u007f])/).flatMap((part): Key[] => {
    const named = CONTROL.get(part);
    if (named !== undefined) return [{ name: named }];
    // Other control characters would break the frame they are echoed into.
    return part === "" || part < " " ? [] : [{ name: "text", text: part }];
  });
}

const CONTROL: ReadonlyMap<string, "enter" | "tab" | "backspace" | "interrupt" | "escape"> = new Map([
  ["\r", "enter"],
  ["\n", "enter"],
  ["\t", "tab"],
  ["\u007f", "backspace"],
  ["\b", "backspace"],
  ["\u0003", "interrupt"],
  ["\u001b", "escape"],
]);

/** Whether `key` is this one character. */
export function isCharacter(key: Key, character: string): boolean {
  return key.name === "text" && key.text === character;
}
