import type { Secret } from "#inventory/kernel/secret.ts";
import { loadInventory } from "#inventory/loader/load-inventory.ts";
import { readVariableFile } from "#inventory/loader/variable-files.ts";
import { VaultValues } from "#inventory/loader/vault-values.ts";
import { engineErrors } from "./errors.ts";
import { ExpressionError } from "./expression/errors.ts";
import { writeJson } from "./expression/json-writer.ts";
import { omit } from "./expression/omit.ts";
import { Templar } from "./expression/templar.ts";
import type { HostScope } from "./variables/host-scope.ts";
import { VariableStore } from "./variables/variable-store.ts";

export interface EvaluatorOptions {
  /** Inventory files, folders and host lists; none for the machine itself alone. */
  readonly inventory: readonly string[];
  /** Whose variables are seen; of localhost unless given. */
  readonly host?: string;
  /** Files of variables, the later the stronger, stronger than the inventory's. */
  readonly variableFiles: readonly string[];
  readonly vaultPassword?: Secret;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where lookups and included templates are looked for. */
  readonly workingFolder: string;
}

/** What a text gave: its value as JSON text in the words of Python's `json.dumps`, or why there is none. */
export type Evaluated =
  | { readonly value: string }
  | { readonly error: { readonly code: string; readonly message: string } };

/** Works out expressions and templates over an inventory's variables, without touching a host. */
export class Evaluator {
  readonly #templar: Templar;
  readonly #scope: HostScope;

  private constructor(templar: Templar, scope: HostScope) {
    this.#templar = templar;
    this.#scope = scope;
  }

  /** Rejects with an ApplianceError where a file cannot be read, and `PLAYBOOKS_UNKNOWN_HOST` for a host nobody names. */
  static async open(options: EvaluatorOptions): Promise<Evaluator> {
    const vault = new VaultValues(options.vaultPassword);
    const templar = new Templar({
      decrypt: vault.text,
      environment: options.environment,
      playbookFolder: options.workingFolder,
      vaultSecrets: options.vaultPassword === undefined ? [] : [options.vaultPassword.reveal()],
    });
    const read = () => loadInventory(options.inventory.length === 0 ? ["localhost,"] : options.inventory, vault);
    const extraVariables: Record<string, unknown> = {};
    for (const path of options.variableFiles)
      for (const [name, value] of await readVariableFile(path, vault)) extraVariables[name] = value;
    const store = await VariableStore.open({
      inventory: await read(),
      templar,
      vault,
      extraVariables,
      playbookFolder: options.workingFolder,
      constants: {},
      hashBehaviour: "replace",
      injectFacts: true,
      keywords: {},
      reload: read,
    });
    const host = options.host ?? "localhost";
    if (options.host !== undefined && !store.hasHost(host)) throw engineErrors.unknownHost(host);
    return new Evaluator(templar, store.scope(host));
  }

  /** A text is a template where it holds `{{`, `{%` or `{#`, else an expression. Never throws for what the text says. */
  evaluate(text: string): Evaluated {
    try {
      const isTemplate = /\{\{|\{%|\{#/.test(text);
      const value = isTemplate
        ? this.#templar.template(text, this.#scope)
        : this.#templar.expression(text, this.#scope);
      if (value === omit) return refused("EXPRESSION_OMITTED", "A template was resolved to an Omit scalar.");
      return { value: writeJson(value, { sortKeys: false, ensureAscii: false, textOf: (other) => other.text() }) };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return refused(error.code, error.message);
    }
  }
}

function refused(code: string, message: string): Evaluated {
  return { error: { code, message } };
}
