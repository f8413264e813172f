import { expect, it } from "vitest";
import { parseAlternatives } from "./alternatives.ts";

const DISPLAY = `editor - manual mode
  link best version is /bin/nano
  link currently points to /usr/bin/vim.basic
  link editor is /usr/bin/editor
  slave editor.1.gz is /usr/share/man/man1/editor.1.gz
/bin/nano - priority 40
  slave editor.1.gz: /usr/share/man/man1/nano.1.gz
/usr/bin/vim.basic - priority 30
`;

it("reads mode, choice, link and followers", () => {
  const found = parseAlternatives(DISPLAY, []);
  expect(found).toMatchObject({ mode: "manual", path: "/usr/bin/vim.basic", link: "/usr/bin/editor" });
  expect(found.choices.get("/bin/nano")).toEqual({
    priority: 40,
    family: "",
    subcommands: [
      { name: "editor.1.gz", path: "/usr/share/man/man1/nano.1.gz", link: "/usr/share/man/man1/editor.1.gz" },
    ],
  });
  expect(parseAlternatives("\u0000garbage", []).choices.size).toBe(0);
});
