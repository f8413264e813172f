import { userInfo } from "node:os";
import { systemClock, timestamp } from "#inventory/kernel/clock.ts";
import { runProgram } from "../../ui/program/program.tsx";
import type { ApplyView } from "./data.ts";
import { startWizard } from "./model.ts";
import { draftIn, performer, type World } from "./perform.ts";
import { installProgram } from "./program.tsx";

/** Runs the wizard on this terminal until the person leaves it; resolves with how far the apply came. */
export async function runWizard(world: World): Promise<ApplyView> {
  const who = { by: userInfo().username, now: timestamp(systemClock) };
  const first = startWizard(await draftIn(world.site), who);
  const last = await runProgram(installProgram(first, performer(world)));
  return last.data.apply;
}
