type Arguments = Readonly<Record<string, unknown>>;

/** What ufw must be told, as command lines; `insert` numbers are counted from `numbered`, what `ufw status numbered` prints. */
export function ufwCommands(
  args: Arguments,
  checkMode: boolean,
  numbered: string,
): string[] | { readonly failure: string } {
  const base = checkMode ? "ufw --dry-run" : "ufw";
  const commands: string[] = [];
  const direction = args.direction === null ? undefined : String(args.direction);
  if (args.state !== null) {
    const verbs: Readonly<Record<string, string>> = {
      enabled: "enable",
      disabled: "disable",
      reloaded: "reload",
      reset: "reset",
    };
    if (!checkMode) commands.push(`${base} -f ${verbs[String(args.state)]}`);
  }
  if (args.default !== null) {
    if (direction !== undefined && !["outgoing", "incoming", "routed"].includes(direction)) {
      return {
        failure:
          'For default, direction must be one of "outgoing", "incoming" and "routed", or direction must not be specified.',
      };
    }
    if (!checkMode)
      commands.push(`${base} default ${String(args.default)}${direction === undefined ? "" : ` ${direction}`}`);
  }
  if (args.rule !== null) {
    const rule = ruleCommand(args, base, direction, numbered);
    if (typeof rule !== "string") return rule;
    commands.push(rule);
  }
  if (args.logging !== null && !checkMode) commands.push(`${base} logging ${String(args.logging)}`);
  return commands;
}

function ruleCommand(
  args: Arguments,
  base: string,
  direction: string | undefined,
  numbered: string,
): string | { readonly failure: string } {
  if (direction !== undefined && direction !== "in" && direction !== "out") {
    return { failure: 'For rules, direction must be one of "in" and "out", or direction must not be specified.' };
  }
  if (args.route !== true && args.interface_in !== null && args.interface_out !== null) {
    return { failure: "Only route rules can combine interface_in and interface_out" };
  }
  const number = args.delete === true ? undefined : insertNumber(args, numbered);
  const words = [
    base,
    args.route === true ? "route" : "",
    args.delete === true ? "delete" : "",
    number === undefined ? "" : `insert ${number}`,
    String(args.rule),
    direction ?? "",
    ...[
      ["interface", "on"],
      ["interface_in", "in on"],
      ["interface_out", "out on"],
    ].map(([name = "", word = ""]) => (args[name] === null ? "" : `${word} ${String(args[name])}`)),
    args.log === true ? "log" : "",
    ...[
      ["from_ip", "from"],
      ["from_port", "port"],
      ["to_ip", "to"],
      ["to_port", "port"],
      ["proto", "proto"],
    ].map(([name = "", word = ""]) =>
      args[name] === null || args[name] === "" ? "" : `${word} ${String(args[name])}`,
    ),
    args.name === null ? "" : `app '${String(args.name)}'`,
    args.comment === null || args.comment === "" ? "" : `comment '${String(args.comment)}'`,
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** The number to insert at; none when it lies behind the last rule, which ufw refuses. */
function insertNumber(args: Arguments, numbered: string): number | undefined {
  if (typeof args.insert !== "number") return undefined;
  if (args.insert_relative_to === "zero") return args.insert;
  const rules = [...numbered.matchAll(/^\[ *(\d+)\] (.*)$/gm)].map(([, number, text = ""]) => ({
    number: Number(number),
    six: text.includes("(v6)"),
  }));
  const last = Math.max(0, ...rules.map((rule) => rule.number));
  const four = rules.filter((rule) => !rule.six).map((rule) => rule.number);
  const lastFour = four.length === 0 ? 1 : Math.max(...four);
  const places: Readonly<Record<string, number>> = {
    "first-ipv4": 1,
    "last-ipv4": lastFour,
    "first-ipv6": four.length === 0 ? 1 : lastFour + 1,
    "last-ipv6": rules.some((rule) => rule.six) ? last : last + 1,
  };
  const wanted = args.insert + (places[String(args.insert_relative_to)] ?? 0);
  return wanted > last ? undefined : wanted;
}
