import { join } from "node:path";
import { loadYaml } from "#inventory/kernel/yaml.ts";
import { dictGet, isDict } from "../expression/values.ts";
import type { FolderListing } from "./folder-listing.ts";

/** What a collection says about one of its modules in its `meta/runtime.yml`. */
export interface Route {
  /** Another name it goes by now. */
  readonly redirect?: string;
  /** It is gone; why. */
  readonly tombstone?: string;
  /** It will go; what is said about it. */
  readonly deprecation?: string;
  /** Its part on the controller goes by this name. */
  readonly action?: string;
}

/** Reads where a collection's modules went. `file` is its routing, as a folder and the names below it. */
export function routeOf(listing: FolderListing, folder: string, names: readonly string[], module: string): Route {
  const text = listing.read(folder, ...names)?.toString("utf8") ?? "";
  // The tables are long, and few names stand in them.
  if (!text.includes(`${module}:`)) return {};
  const routing = entry(loadYaml(text, join(folder, ...names)), "plugin_routing");
  const route = entry(entry(routing, "modules"), module);
  const word = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const gone = entry(route, "tombstone");
  const going = entry(route, "deprecation");
  const redirect = word(entry(route, "redirect"));
  const action =
    word(entry(entry(entry(routing, "action"), module), "redirect")) ?? word(entry(route, "action_plugin"));
  return {
    ...(redirect === undefined ? {} : { redirect }),
    ...(gone === undefined ? {} : { tombstone: word(entry(gone, "warning_text")) ?? "" }),
    ...(going === undefined ? {} : { deprecation: word(entry(going, "warning_text")) ?? "" }),
    ...(action === undefined ? {} : { action }),
  };
}

function entry(value: unknown, name: string): unknown {
  return isDict(value) ? dictGet(value, name) : undefined;
}
