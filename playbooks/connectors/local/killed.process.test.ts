import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "vitest";

/** Runs a script through a connector, in a process that can be killed; prints the process of the shell and that of its child. */
const PROGRAM = `
import { connectLocal } from ${JSON.stringify(join(import.meta.dirname, "local.ts"))};
const lines = connectLocal({ user: "nobody-in-particular" }).stream(JSON.parse(process.argv[1]));
lines.on("data", (chunk) => process.stdout.write(chunk)).on("error", () => {});
setInterval(() => {}, 1000);
`;

test.each([
  ["as the user itself", undefined],
  ["through sudo", { method: "sudo", user: "daemon" }],
])("a program that is killed leaves nothing running, %s, but what made itself independent", async (_, become) => {
  const script = "setsid sleep 98.5 & echo $!; sleep 98.75 & echo $!; wait";
  const command = JSON.stringify({ script, ...(become === undefined ? {} : { become }) });
  const program = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM, command], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  program.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
  });
  while (printed.split("\n").length < 3) await sleep(20);
  const [independent = "", dependent = ""] = printed.split("\n");
  program.kill("SIGKILL");
  await once(program, "exit");
  try {
    while (await isRunning(dependent)) await sleep(50);
    if (!(await isRunning(independent))) throw new Error("what made itself a session of its own was ended");
  } finally {
    process.kill(Number(independent));
  }
});

async function isRunning(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) [ZX] /.test(stat);
}
