import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import type { ServerSummary } from "./summary.ts";

/** What happens during a probe, as it happens. */
export type ProbeEvent =
  | { readonly type: "sweeping"; readonly addresses: number }
  | { readonly type: "swept"; readonly addresses: number; readonly open: number }
  | { readonly type: "comparing"; readonly servers: number }
  | { readonly type: "started"; readonly host: string; readonly address: string }
  | {
      readonly type: "host-key-pinned";
      readonly address: string;
      readonly port: number;
      readonly keyType: string;
      readonly fingerprint: string;
    }
  | { readonly type: "key-installed"; readonly host: string; readonly user: string; readonly already: boolean }
  | {
      readonly type: "read";
      readonly host: string;
      readonly summary: ServerSummary;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly type: "failed";
      readonly host: string;
      readonly error: ErrorRecord;
      readonly done: number;
      readonly total: number;
    };
