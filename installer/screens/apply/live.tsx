import { Box, Text } from "ink";
import type { ReactElement } from "react";
import type { ApplyEvent } from "../../phases/apply-plan/events.ts";
import { isCharacter, type Key } from "../../ui/key/key.ts";
import { type Program, runProgram, type Size } from "../../ui/program/program.tsx";
import { Table } from "../../ui/table/table.tsx";
import type { ApplyView } from "../install/data.ts";
import { APPLY_COLUMNS, hostRows, PhaseLines } from "./screen.tsx";
import { followApply, idleApply } from "./view.ts";

interface Live {
  readonly apply: ApplyView;
  readonly at: number;
  /** Asked to stop once: running tasks end, then it leaves. */
  readonly stopping: boolean;
  readonly over: boolean;
}

type Message = { readonly type: "key"; readonly key: Key } | { readonly type: "event"; readonly event: ApplyEvent };
type Effect = "begin" | "stop";

export interface LiveApply {
  /** Runs the apply, telling each event; must not reject. */
  readonly begin: (tell: (event: ApplyEvent) => void) => Promise<void>;
  /** Asks the apply to stop. */
  readonly stop: () => void;
}

/** Shows an apply on the terminal while it runs: phases, a line per host, the total. Ends when the apply does. */
export async function showApply({ begin, stop }: LiveApply): Promise<void> {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const program: Program<Live, Message, Effect> = {
    model: { apply: idleApply, at: 0, stopping: false, over: false },
    effects: ["begin"],
    fillsScreen: false,
    onKey: (key) => ({ type: "key", key }),
    update,
    view: (live, size) => <LiveView live={live} size={size} />,
    perform: (effect, send) => {
      if (effect === "stop") stop();
      else void begin((event) => send({ type: "event", event })).then(finish);
    },
    isOver: (live) => live.over,
  };
  await runProgram(program);
  await finished;
}

function update(live: Live, message: Message): { readonly model: Live; readonly effects: readonly Effect[] } {
  if (message.type === "event") {
    const apply = followApply(live.apply, message.event);
    return { model: { ...live, apply, over: apply.end !== undefined }, effects: [] };
  }
  const { key } = message;
  const last = Math.max(0, Object.keys(live.apply.hosts).length - 1);
  if (key.name === "up") return { model: { ...live, at: Math.max(0, live.at - 1) }, effects: [] };
  if (key.name === "down") return { model: { ...live, at: Math.min(last, live.at + 1) }, effects: [] };
  if (key.name !== "interrupt" && !isCharacter(key, "q")) return { model: live, effects: [] };
  return { model: { ...live, stopping: true }, effects: live.stopping ? [] : ["stop"] };
}

function LiveView({ live: { apply, at, stopping }, size }: { readonly live: Live; readonly size: Size }): ReactElement {
  const hosts = Object.values(apply.hosts);
  const changes = hosts.reduce((sum, host) => sum + host.changes, 0);
  const failed = hosts.filter((host) => host.status === "failed" || host.status === "unreachable").length;
  const done = apply.phases.filter((phase) => phase.state === "done").length;
  const height = Math.max(2, size.rows - apply.phases.length - 4);
  return (
    <Box flexDirection="column" width={size.columns} overflow="hidden">
      <PhaseLines phases={apply.phases} />
      <Table columns={APPLY_COLUMNS} rows={hostRows(apply)} at={at} height={height} />
      <Text>{`${done} of ${apply.phases.length} phases, ${hosts.length} hosts, ${changes} changes, ${failed} failed`}</Text>
      <Text dimColor>{stopping ? "Stopping …" : "q stops; bdap apply goes on from there"}</Text>
    </Box>
  );
}
