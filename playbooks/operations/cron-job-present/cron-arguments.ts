import type { Argument } from "../operation.ts";

function time(description: string, ...aliases: readonly string[]): Argument {
  return { type: "str", default: "*", description, ...(aliases.length === 0 ? {} : { aliases }) };
}

export const cronArguments: Readonly<Record<string, Argument>> = {
  name: { type: "str", required: true, description: "What the job or the variable is called." },
  user: { type: "str", description: "Whose crontab, or who runs the job of a cron_file." },
  job: { type: "str", aliases: ["value"], description: "The command, or the variable's value." },
  cron_file: { type: "path", description: "A file under /etc/cron.d instead of a user's crontab." },
  state: { type: "str", default: "present", choices: ["present", "absent"], description: "Whether it is there." },
  backup: { type: "bool", default: false, description: "Keep the old crontab in a temporary file." },
  minute: time("Minute, as crontab(5) writes it."),
  hour: time("Hour, as crontab(5) writes it."),
  day: time("Day of the month, as crontab(5) writes it.", "dom"),
  month: time("Month, as crontab(5) writes it."),
  weekday: time("Day of the week, as crontab(5) writes it.", "dow"),
  special_time: {
    type: "str",
    choices: ["reboot", "yearly", "annually", "monthly", "weekly", "daily", "hourly"],
    description: "A word for a time, instead of the five fields.",
  },
  disabled: { type: "bool", default: false, description: "The job is there as a comment." },
  env: { type: "bool", default: false, description: "It is a variable, not a job." },
  insertafter: { type: "str", description: "The variable behind which a new one goes." },
  insertbefore: { type: "str", description: "The variable before which a new one goes." },
};
