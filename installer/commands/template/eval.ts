import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Args, Flags } from "@oclif/core";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { Evaluator } from "#playbooks/engine/evaluator.ts";
import { BaseCommand } from "../base.ts";

export default class TemplateEval extends BaseCommand {
  static override summary = "Show what an expression or a template gives, with the variables of an inventory.";
  static override description =
    `The expression is written as in \`when:\` or between \`{{\` and \`}}\`; a text that holds \`{{\`, \`{%\` or \`{#\` is a template.
Filters, tests and lookups are those of ansible-core 2.19. Nothing is run on any host; lookups read this machine.

With \`--json -\` it reads expressions from standard input, one JSON string a line, and answers each with one line:
{"value": …} or {"error": {"code", "message"}}. An error ends nothing but its own line.`;
  static override examples = [
    { description: "Plain sums", command: "<%= config.bin %> <%= command.id %> '[3, 1, 2] | sort | join(\"-\")'" },
    {
      description: "What a host would see",
      command: "<%= config.bin %> <%= command.id %> -i hosts.yml --host web01 'groups.web | length'",
    },
    {
      description: "A template over a file of variables",
      command: "<%= config.bin %> <%= command.id %> --vars vars.yml 'Hello {{ name | default(\"world\") }}'",
    },
    {
      description: "Why something is undefined",
      command: "<%= config.bin %> <%= command.id %> -i hosts.yml --host web01 'http.port is defined'",
    },
    {
      description: "Many at once, from a program",
      command: "echo '\"1 + 1\"' | <%= config.bin %> <%= command.id %> --vars vars.yml --json -",
    },
  ];
  static override args = {
    expression: Args.string({
      description: "Expression or template; - for one JSON string a line from standard input",
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    inventory: Flags.string({
      char: "i",
      description: "Inventory file, folder or host list; repeatable",
      multiple: true,
      multipleNonGreedy: true,
    }),
    host: Flags.string({ description: "Host whose variables are seen [default: localhost]" }),
    vars: Flags.string({
      description: "YAML or JSON file of variables, stronger than the inventory's; repeatable",
      multiple: true,
      multipleNonGreedy: true,
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TemplateEval);
    const passwordFile = flags["vault-password-file"];
    const evaluator = await Evaluator.open({
      inventory: flags.inventory ?? [],
      variableFiles: flags.vars ?? [],
      ...(flags.host === undefined ? {} : { host: flags.host }),
      ...(passwordFile === undefined
        ? {}
        : { vaultPassword: new Secret((await readFile(passwordFile, "utf8")).trim()) }),
      environment: this.environment,
      workingFolder: process.cwd(),
    });
    if (args.expression === "-") await answerLines(evaluator);
    else this.#answer(evaluator, args.expression);
  }

  #answer(evaluator: Evaluator, text: string): void {
    const answer = evaluator.evaluate(text);
    if ("error" in answer)
      throw new ApplianceError({
        code: answer.error.code,
        kind: "user",
        message: answer.error.message,
        hint: "Correct the expression; `| default(…)` stands in for what may be undefined.",
      });
    if (this.jsonEnabled()) process.stdout.write(`{"value": ${answer.value}}\n`);
    else this.log(readable(answer.value));
  }
}

/** A text as it is, all else as JSON. */
function readable(json: string): string {
  return json.startsWith('"') ? String(JSON.parse(json)) : json;
}

/** One answer a line for one JSON string a line, each written before the next is read. */
async function answerLines(evaluator: Evaluator): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const answer = answerOf(evaluator, line);
    if (!process.stdout.write(`${answer}\n`)) await new Promise((resolve) => process.stdout.once("drain", resolve));
  }
}

function answerOf(evaluator: Evaluator, line: string): string {
  const text = stringOf(line);
  const answer =
    text === undefined
      ? { error: { code: "EXPRESSION_INPUT", message: "a line of the input is one JSON string" } }
      : evaluator.evaluate(text);
  return "error" in answer ? JSON.stringify({ error: answer.error }) : `{"value": ${answer.value}}`;
}

function stringOf(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
