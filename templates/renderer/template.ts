import type { Static, TSchema } from "typebox";
import type { RenderInput } from "./render-input.ts";

/** One file that lies on nodes: how it looks and for which nodes it is. Its source lies beside it as `<name>.hbs`. */
export interface Template<T extends TSchema = TSchema> {
  /** Folder name. */
  readonly name: string;
  /** What the file is for; stands in its first line, so that whoever finds the file knows where it comes from. */
  readonly title: string;
  /** Role under playbooks/roles that puts it in place. */
  readonly role: string;
  /** Absolute path on the node; may hold Handlebars over the context (`/etc/keys/{{name}}`). */
  readonly path: string;
  /** Permission bits on the node, shown with the rendered file; the role's task sets them. */
  readonly mode: number;
  /** File beside `template.ts`. */
  readonly source: string;
  /** Shape of the context; every name used in the source must be in it. */
  readonly context: T;
  /** The contexts of one node's files: none when the node has no such file, several for one file per item. Pure. */
  contexts(input: RenderInput): readonly Static<T>[];
}

/** Keeps the context's type from the schema. */
export function defineTemplate<T extends TSchema>(template: Template<T>): Template<T> {
  return template;
}

/** A file as it will lie on a node. */
export interface RenderedFile {
  readonly path: string;
  readonly mode: number;
  readonly content: string;
  readonly template: string;
}
