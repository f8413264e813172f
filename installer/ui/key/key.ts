import type { Key as InkKey } from "ink";

/** One key press in one word: a name for special keys, the character itself for the rest. */
export type Key =
  | { readonly name: "up" | "down" | "left" | "right" | "enter" | "escape" | "tab" | "backspace" | "delete" }
  | { readonly name: "home" | "end" | "page-up" | "page-down" | "interrupt" }
  | { readonly name: "text"; readonly text: string };

/** What ink reports, as a key; undefined for what no screen listens to. Pasted text arrives as one key of many characters. */
export function keyOf(input: string, key: InkKey): Key | undefined {
  if (key.ctrl) return input === "c" ? { name: "interrupt" } : undefined;
  if (key.upArrow) return { name: "up" };
  if (key.downArrow) return { name: "down" };
  if (key.leftArrow) return { name: "left" };
  if (key.rightArrow) return { name: "right" };
  if (key.return) return { name: "enter" };
  if (key.escape) return { name: "escape" };
  if (key.tab) return { name: "tab" };
  if (key.backspace || key.delete) return { name: "backspace" };
  if (key.pageUp) return { name: "page-up" };
  if (key.pageDown) return { name: "page-down" };
  if (key.home) return { name: "home" };
  if (key.end) return { name: "end" };
  // Control characters would break the frame they are echoed into.
  const text = input.replaceAll(/[\u0000-\u001f\u007f]/g, "");
  return text === "" ? undefined : { name: "text", text };
}

/** Whether `key` is this one character. */
export function isCharacter(key: Key, character: string): boolean {
  return key.name === "text" && key.text === character;
}
