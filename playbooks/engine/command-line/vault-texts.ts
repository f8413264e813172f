import { expandPath } from "#inventory/settings/paths.ts";
import { commandLineErrors } from "./errors.ts";
import type { Invocation } from "./program.ts";
import { STANDARD, writeContent } from "./vault-files.ts";
import { locked, secretForLocking } from "./vault-locking.ts";

interface Text {
  readonly content: string;
  /** Where it came from, as messages name it. */
  readonly origin: string;
  readonly name: string | undefined;
}

const INDENT = 10;

/** `encrypt_string`: texts of the command line, of the standard input or asked for, as YAML to be pasted into a file of variables. */
export async function lockTexts(invocation: Invocation): Promise<void> {
  const { call, words, settings } = invocation;
  const { flags, rest } = words;
  const isPrompted = flags.has("prompt");
  const readsInput = rest.includes(STANDARD) || words.texts.has("stdinName") || (rest.length === 0 && !isPrompted);
  if (isPrompted && readsInput)
    throw commandLineErrors.refused(
      "The --prompt option is not supported if also reading input from stdin",
      "Use one of both.",
    );
  const secret = await secretForLocking(invocation);
  const texts: Text[] = [];
  if (isPrompted) texts.push(await promptedText(invocation));
  if (readsInput) texts.push(await inputText(invocation));
  texts.push(...writtenTexts(invocation));
  const lines: string[] = [];
  for (const [index, text] of texts.entries()) {
    if (texts.length > 1) call.terminal.error(delimiter(text, index + 1));
    const ciphertext = await locked(Buffer.from(text.content, "utf8"), secret, secret.id, invocation);
    lines.push(asYaml(ciphertext, text.name));
  }
  const output = words.texts.get("output");
  const path = output === undefined || output === STANDARD ? STANDARD : expandPath(output, settings.around);
  await writeContent(path, `${lines.join("\n")}\n`, call.terminal);
  if (call.terminal.columns !== undefined) call.terminal.error("Encryption successful\n");
}

async function promptedText({ call, words }: Invocation): Promise<Text> {
  const name = await call.terminal.ask("Variable name (enter for no name): ", false);
  const isHidden = !words.flags.has("showInput");
  const content = await call.terminal.ask(isHidden ? "String to encrypt (hidden): " : "String to encrypt:", isHidden);
  if (content === "") throw empty("The plaintext provided from the prompt was empty, not encrypting");
  return { content, origin: "the interactive prompt", name: name === "" ? undefined : name };
}

async function inputText({ call, words }: Invocation): Promise<Text> {
  if (call.terminal.columns !== undefined)
    call.terminal.error(
      "Reading plaintext input from stdin. (ctrl-d to end input, twice if your content does not already have a newline)\n",
    );
  const content = await call.terminal.input();
  if (content === "") throw empty("stdin was empty, not encrypting");
  return { content, origin: "stdin", name: words.texts.get("stdinName") };
}

function writtenTexts({ call, words }: Invocation): Text[] {
  const names = words.lists.get("names") ?? [];
  const texts = words.rest.filter((text) => text !== STANDARD);
  if (names.length > 0 && texts.length > names.length)
    call.terminal.error(
      `The number of --name options do not match the number of args.\nThe last named variable will be "${names.at(-1) ?? ""}". The rest will not have names.\n`,
    );
  return texts.map((content, index) => {
    if (content === "") throw empty("The plaintext provided from the command line args was empty, not encrypting");
    return { content, origin: "the command line args", name: names[index] };
  });
}

function empty(problem: string): Error {
  return commandLineErrors.refused(problem, "Give a text.");
}

function delimiter({ name, origin }: Text, number: number): string {
  return name === undefined
    ? `# The encrypted version of the string #${number} from ${origin}.)\n`
    : `# The encrypted version of variable ("${name}", the string #${number} from ${origin}).\n`;
}

function asYaml(ciphertext: string, name: string | undefined): string {
  const lines = ciphertext.trimEnd().split("\n");
  const head = name === undefined || name === "" ? "!vault |" : `${name}: !vault |`;
  return [head, ...lines.map((line) => " ".repeat(INDENT) + line)].join("\n");
}
