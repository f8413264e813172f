import { expect, it } from "vitest";
import { capturedHost } from "../node-host.ts";
import { reboot } from "./collector.ts";

it("reads the mark and the packages that left it, each once", async () => {
  const files = {
    "/run/reboot-required": "*** System restart required ***\n",
    "/run/reboot-required.pkgs": "linux-image-6.12\nlibc6\nlibc6\n; rm -rf /\n",
  };
  expect(await reboot.collect(capturedHost({ files }))).toEqual({
    required: true,
    packages: ["linux-image-6.12", "libc6"],
  });
  expect(await reboot.collect(capturedHost({}))).toEqual({ required: false, packages: [] });
});
