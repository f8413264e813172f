import type { Operation } from "../operation.ts";
import { commandFailed, failing, runChange } from "../plan.ts";
import { type LocaleList, missingLocales, withLocales } from "./locale-list.ts";

/** Locales are compiled on the host, or are not. */
export const localeMade: Operation = {
  name: "locale-made",
  title: "Make locales be there, or not",
  modules: ["community.general.locale_gen"],
  arguments: {
    name: { type: "list", elements: "str", required: true, description: "Locales, as de_CH.UTF-8." },
    state: { type: "str", default: "present", choices: ["absent", "present"], description: "Whether they are there." },
  },
  checkMode: "full",
  async plan(args, context) {
    const names = Array.isArray(args.name) ? args.name.map(String) : [];
    const outcome = await context.read.run(`export LC_ALL=C
if [ -e /etc/locale.gen ]; then echo "bdap-list $(base64 -w0 </etc/locale.gen)"; fi
[ -e /usr/share/i18n/SUPPORTED ] && echo "bdap-supported $(base64 -w0 </usr/share/i18n/SUPPORTED)"
echo "bdap-made $(locale -a | base64 -w0)"
`);
    const part = (label: string) => {
      const found = new RegExp(`^bdap-${label} (.*)$`, "m").exec(outcome.stdout)?.[1];
      return found === undefined ? undefined : Buffer.from(found, "base64").toString("utf8");
    };
    const list = part("list");
    if (list === undefined) {
      return failing(
        '/var/lib/locales/supported.d and /etc/locale.gen are missing. Is the package "locales" installed?',
      );
    }
    const known: LocaleList = { supported: part("supported") ?? "", made: part("made") ?? "" };
    const unavailable = missingLocales(names, known);
    if (unavailable.length > 0) {
      const words = unavailable.join(", ");
      return failing(`The following locales you have entered are not available on your system: ${words}`);
    }
    const isPresent = missingLocales(names, { supported: "", made: known.made }).length === 0;
    const changed = isPresent !== (args.state === "present");
    const result = { changed, name: names };
    if (!changed) return { changes: [], result };
    const text = withLocales(list, names, args.state === "present");
    return {
      changes: [
        { kind: "write", title: "Write /etc/locale.gen", file: { path: "/etc/locale.gen", content: text } },
        runChange(context, "Compile the locales", 'PATH="$PATH:/usr/sbin"\nlocale-gen\n'),
      ],
      result,
      conclude(outcomes) {
        const failed = outcomes.find((one) => one.status !== 0);
        return failed === undefined ? result : commandFailed({}, failed);
      },
    };
  },
};
