import { Box } from "ink";
import type { Access } from "#inventory/schema/site.ts";
import { editText, type TextField, textField } from "../../ui/text-field/model.ts";
import { TextFieldView } from "../../ui/text-field/text-field.tsx";
import type { WizardScreen } from "../install/screen.ts";

const FIELDS = [
  { name: "user", label: "User", hint: "root, or an account with sudo" },
  { name: "port", label: "SSH port", hint: "22 unless your servers listen elsewhere" },
  { name: "keyFile", label: "Key file", hint: "private key; empty: your SSH agent, or the password" },
  { name: "passwordFile", label: "Password file", hint: "file that holds the login password; empty: none" },
  { name: "sudoPasswordFile", label: "sudo password", hint: "file that holds it; empty: sudo asks for none" },
] as const;

type FieldName = (typeof FIELDS)[number]["name"];

interface LoginModel {
  readonly at: number;
  readonly fields: Readonly<Record<FieldName, TextField>>;
}

/** How do I log in? */
export const loginScreen: WizardScreen<LoginModel> = {
  name: "login",
  title: "How do I log in?",
  intro:
    "One account that works on every server. Passwords are named by the file that holds them and never written down.",
  keys: ["Tab next field", "Enter go on", "Esc back", "Ctrl-C quit"],
  help: [
    "Key file: a private key whose public half the servers know. With no key the",
    "SSH agent is tried, then the password.",
    "",
    "A user other than root needs sudo. If sudo asks for a password, name a file",
    "that holds it: it is read when needed and sent to sudo's input, never shown.",
    "",
    "Host keys are pinned when a server is first seen and their fingerprints shown;",
    "a server whose key changes later is refused.",
  ],
  start: ({ answers: { access } }) => ({
    at: 0,
    fields: {
      user: textField(access.user ?? "root"),
      port: textField(String(access.port ?? 22)),
      keyFile: textField(access.keyFile ?? ""),
      passwordFile: textField(access.passwordFile ?? ""),
      sudoPasswordFile: textField(access.sudoPasswordFile ?? ""),
    },
  }),
  update(model, key, { answers }) {
    const last = FIELDS.length - 1;
    if (key.name === "escape") return { model, move: "back" };
    if (key.name === "up") return { model: { ...model, at: Math.max(0, model.at - 1) } };
    if (key.name === "tab" || key.name === "down") return { model: { ...model, at: (model.at + 1) % FIELDS.length } };
    if (key.name === "enter" && model.at < last) return { model: { ...model, at: model.at + 1 } };
    if (key.name !== "enter") {
      const name = FIELDS[model.at]?.name ?? "user";
      return { model: { ...model, fields: { ...model.fields, [name]: editText(model.fields[name], key) } } };
    }
    const port = Number(model.fields.port.text);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      return { model: { ...model, at: 1 }, problem: "The port is a number from 1 to 65535." };
    }
    return { model, answers: { ...answers, access: accessOf(model) }, move: "next" };
  },
  View: ({ model }) => (
    <Box flexDirection="column">
      {FIELDS.map(({ name, label, hint }, index) => (
        <TextFieldView key={name} label={label} hint={hint} field={model.fields[name]} active={model.at === index} />
      ))}
    </Box>
  ),
};

function accessOf({ fields }: LoginModel): Access {
  const text = (name: FieldName) => fields[name].text.trim();
  const named = (name: FieldName) => (text(name) === "" ? {} : { [name]: text(name) });
  const keyless = text("keyFile") === "" && text("passwordFile") === "";
  return {
    user: text("user") === "" ? "root" : text("user"),
    port: Number(text("port")),
    ...named("keyFile"),
    ...named("passwordFile"),
    ...named("sudoPasswordFile"),
    ...(keyless ? { useAgent: true } : {}),
  };
}
