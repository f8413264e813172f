import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "typebox";
import { expect, test } from "vitest";
import type { RenderInput } from "./render-input.ts";
import { createRenderer } from "./renderer.ts";
import { defineTemplate } from "./template.ts";

const context = Type.Object({
  name: Type.String(),
  ports: Type.Array(Type.Object({ port: Type.Integer(), label: Type.String() })),
  flag: Type.Boolean(),
});

/** Renders `source` with a fixed context, as a template of its own. */
function render(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), "bdap-renderer-"));
  mkdirSync(join(folder, "some"));
  writeFileSync(join(folder, "some", "some.hbs"), source);
  const template = defineTemplate({
    name: "some",
    title: "Some file",
    role: "baseline",
    path: "/etc/{{name}}",
    mode: 0o644,
    source: "some.hbs",
    context,
    contexts: () => [
      {
        name: `a"b'c=<d>`,
        ports: [
          { port: 1, label: "x" },
          { port: 2, label: "y" },
        ],
        flag: false,
      },
    ],
  });
  const [file] = createRenderer(folder).render(template, {} as RenderInput);
  return file?.content ?? "";
}

test("text is written as it is, numbers side by side are not added up", () => {
  expect(render("{{name}}")).toBe(`a"b'c=<d>`);
  expect(render("{{#each ports}}{{port}}{{../name}}{{/each}}")).toBe(`1a"b'c=<d>2a"b'c=<d>`);
  expect(render("{{#with ports}}{{/with}}{{#each ports}}{{port}}{{port}};{{/each}}")).toBe("11;22;");
});

test("helpers make text safe in its format", () => {
  expect(render("{{sh name}} {{json name}}")).toBe(`'a"b'\\''c=<d>' "a\\"b'c=<d>"`);
});

test("the title is there for every source", () => {
  expect(render("# {{title}}")).toBe("# Some file");
});

test.each([
  "{{nope}}",
  "{{#if nope}}x{{/if}}",
  "{{#each nope}}x{{/each}}",
  "{{json nope}}",
  "{{#each ports}}{{nope}}{{/each}}",
  "{{#each ports}}{{name}}{{/each}}",
  "{{#if flag}}{{else}}{{nope}}{{/if}}",
  "{{ports.nope}}",
])("a name the context does not have is refused: %s", (source) => {
  expect(() => render(source)).toThrow(expect.objectContaining({ code: "TEMPLATES_UNKNOWN_NAME" }));
});
