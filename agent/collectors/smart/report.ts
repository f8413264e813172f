import { type Static, Type } from "typebox";

const count = (description: string) => Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], { description });

/** One disk as the root-run reader saw it; null where the disk does not say. */
export const SmartDisk = Type.Object({
  name: Type.String({ maxLength: 64 }),
  model: Type.String({ maxLength: 128 }),
  serial: Type.String({ maxLength: 128 }),
  passed: Type.Union([Type.Boolean(), Type.Null()], { description: "The disk's own verdict" }),
  reallocatedSectors: count("Sectors replaced by spare ones"),
  pendingSectors: count("Sectors that could not be read and wait for a write"),
  uncorrectableErrors: count("Errors that could not be corrected; NVMe media errors"),
  wearPercent: count("Share of the rated life that is used up; may pass 100"),
  spareBelowThreshold: Type.Union([Type.Boolean(), Type.Null()]),
  temperatureCelsius: Type.Union([Type.Number(), Type.Null()]),
  reason: Type.Union([Type.String({ maxLength: 512 }), Type.Null()], { description: "Why it could not be read" }),
});
export type SmartDisk = Static<typeof SmartDisk>;

/** What `agent smart` leaves for the agent. Ages are judged by boot and uptime, because the wall clock may jump. */
export const SmartReport = Type.Object({
  version: Type.Literal(1),
  bootId: Type.String({ maxLength: 64 }),
  uptimeSeconds: Type.Number({ minimum: 0 }),
  tool: Type.Union([Type.String({ maxLength: 64 }), Type.Null()], {
    description: "Version of smartctl; null when it is not installed",
  }),
  disks: Type.Array(SmartDisk, { maxItems: 1000 }),
});
export type SmartReport = Static<typeof SmartReport>;
