import { readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import { Type } from "typebox";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import { helpers } from "../helpers/helpers.ts";
import { templateContextUnfit } from "./errors.ts";
import { checkNames } from "./names.ts";
import type { RenderInput } from "./render-input.ts";
import type { RenderedFile, Template } from "./template.ts";

/** Renders one node's files. Sources are read and compiled once. */
export interface Renderer {
  render(template: Template, input: RenderInput): RenderedFile[];
}

/** `folder` is the `templates/files` folder that holds the sources. */
export function createRenderer(folder: string): Renderer {
  const handlebars = Handlebars.create();
  for (const [name, helper] of Object.entries(helpers)) handlebars.registerHelper(name, helper);
  const known = new Set([...Object.keys(helpers), "if", "unless", "each", "with"]);
  const compiled = new Map<string, (context: unknown) => string>();

  const compile = (template: Template): ((context: unknown) => string) => {
    const done = compiled.get(template.name);
    if (done !== undefined) return done;
    const source = readFileSync(join(folder, template.name, template.source), "utf8");
    // Every source may say what its file is for.
    checkNames(template.name, source, Type.Intersect([template.context, Type.Object({ title: Type.String() })]), known);
    const render = handlebars.compile(source, { noEscape: true, strict: true });
    compiled.set(template.name, render);
    return render;
  };

  return {
    render(template, input) {
      const render = compile(template);
      return template.contexts(input).map((context) => {
        const problems = schemaProblems(template.context, context);
        if (problems.length > 0) {
          throw templateContextUnfit(template.name, problems.map((p) => `${p.path}: ${p.message}`).join("; "));
        }
        const words = { ...(textual(context) as object), title: template.title };
        const path = handlebars.compile(template.path, { noEscape: true, strict: true })(words);
        return { path, mode: template.mode, content: render(words), template: template.name };
      });
    },
  };
}

/** Numbers as text: under noEscape Handlebars would add neighbouring numbers up instead of writing both. */
function textual(value: unknown): unknown {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(textual);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, textual(item)]));
}
