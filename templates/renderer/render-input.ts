import type { Plan, PlannedNode } from "#inventory/schema/plan.ts";
import type { Service } from "#inventory/schema/service.ts";
import type { Site } from "#inventory/schema/site.ts";

/** Everything a template may know about the node it is rendered for. Holds no secret: rendered files are readable. */
export interface RenderInput {
  readonly site: Site;
  readonly plan: Plan;
  readonly node: PlannedNode;
  /** What its services need to be let in for, and from where. */
  readonly services: readonly Service[];
  /** The kernel is shared with a machine around this node (a container): clock and kernel settings are not its own. */
  readonly sharesKernel: boolean;
  /** The site's certificate authority in PEM; empty before credentials are made. */
  readonly authority: string;
  /** Extra CA certificates by file name, in PEM. */
  readonly extraCertificates: Readonly<Record<string, string>>;
}
