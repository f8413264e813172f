import { describe, expect, it } from "vitest";
import { capturedHost } from "../node-host.ts";
import { parseUnits, units } from "./collector.ts";

const COMMAND =
  "systemctl list-units --all --plain --no-legend --no-pager --full --type=service,socket,mount,automount,swap,timer,path,scope";
// systemd 257 on Debian 13; a failed unit is marked even with --plain on some versions.
const LISTED = `-.mount                             loaded    active   mounted   Root Mount
lab\\x2dcgroup-cpu.mount             loaded    active   mounted   /lab-cgroup/cpu
home.mount                          not-found inactive dead      home.mount
bdap-agent.service                  loaded    active   running   bdap agent: health of this node
bdap-smart.service                  loaded    inactive dead      bdap: SMART state of the disks
bdap-smart.timer                    loaded    active   waiting   bdap: read the SMART state
● slurmd.service                      loaded    failed   failed    Slurm node daemon
chrony.service                      loaded    inactive dead      chrony, an NTP client/server
chronyd.service                     not-found inactive dead      chronyd.service
nfs-idmapd.service                  loaded    active   running   NFSv4 ID-name mapping
getty@tty1.service                  loaded    active   running   Getty on tty1
`;
const read = (answer: Parameters<typeof capturedHost>[0]["commands"], wanted: string[] = []) =>
  units.collect(capturedHost({ commands: answer ?? {}, settings: { units: wanted } }));

describe("units", () => {
  it("lists failed units, and tells whether the watched ones run", async () => {
    const reading = await read({ [COMMAND]: LISTED }, ["nfs-idmapd.service", "absent.service"]);
    expect(reading.failed).toEqual(["slurmd.service"]);
    expect(units.metrics(reading, undefined)).toEqual({
      units_failed: 1,
      'unit_active{unit="nfs-idmapd.service"}': 1,
      'unit_active{unit="absent.service"}': 0,
      'unit_active{unit="bdap-agent.service"}': 1,
      'unit_active{unit="bdap-smart.service"}': 0,
      'unit_active{unit="bdap-smart.timer"}': 1,
      'unit_active{unit="slurmd.service"}': 0,
      'unit_active{unit="chrony.service"}': 0,
    });
  });

  it("tells a unit that is just being started from one that starts over and over", async () => {
    const listed = `bdap-agent.service loaded activating start bdap agent
bdap-control-plane.service loaded activating auto-restart bdap control plane
`;
    expect((await read({ [COMMAND]: listed })).watched).toEqual({ "bdap-control-plane.service": false });
  });

  it("reads escaped names", () => {
    expect(parseUnits(LISTED)[1]?.name).toBe("lab\\x2dcgroup-cpu.mount");
  });

  it("fails where systemd does not run", async () => {
    const stderr = "System has not been booted with systemd as init system (PID 1). Can't operate.";
    await expect(read({ [COMMAND]: { status: 1, stdout: "", stderr } })).rejects.toThrow("does not answer");
    await expect(read({ [COMMAND]: "nonsense" })).rejects.toThrow("no units");
  });
});
