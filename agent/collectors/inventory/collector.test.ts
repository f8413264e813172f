import { describe, expect, it } from "vitest";
import { capturedHost } from "../node-host.ts";
import { inventory } from "./collector.ts";

const HARDWARE = {
  vendor: "Dell Inc.",
  model: 'PowerEdge "R740"',
  serial: "ABC1234",
  firmware: "Dell Inc. 2.19.1",
  processor: "Intel Xeon Gold 6248R",
  processorCores: 48,
  operatingSystem: "Debian GNU/Linux 13",
  kernel: "6.12.0",
  memoryModules: 12,
  disks: [
    { device: "/dev/sda", model: "ST8000NM000A-2KE101-with-a-very-long-model-name-indeed", serial: "ZA1", bytes: 8e12 },
  ],
};
const settings = { self: ["node", "agent.cjs"] };
const at = (answer: string | { status: number; stdout: string; stderr: string }) =>
  capturedHost({ settings, commands: { "node agent.cjs inventory": answer } });

describe("inventory", () => {
  it("becomes metrics whose names the protocol allows", async () => {
    const metrics = inventory.metrics(await inventory.collect(at(JSON.stringify(HARDWARE))), undefined);
    expect(metrics).toMatchObject({
      'inventory_system{vendor="Dell Inc.",model="PowerEdge _R740_",serial="ABC1234"}': 1,
      'inventory_processor_cores{model="Intel Xeon Gold 6248R"}': 48,
    });
    for (const name of Object.keys(metrics)) expect(name.length).toBeLessThanOrEqual(200);
  });

  it("is nothing where the agent cannot start itself, and fails with its child", async () => {
    expect(await inventory.collect(capturedHost({}))).toBeUndefined();
    await expect(inventory.collect(at({ status: 70, stdout: "", stderr: "broken" }))).rejects.toThrow("broken");
    await expect(inventory.collect(at("{}"))).rejects.toThrow("the inventory");
  });
});
