import { bundles } from "#agent/bundle/bundle.ts";
import { nodesOf } from "../plan-nodes.ts";
import { playPhase } from "../play-phase.ts";

/** Puts the control plane on its host and waits until it answers. */
export const provisionControlPlane = playPhase({
  name: "provision-control-plane",
  title: "Control plane on its host",
  destructive: false,
  secondsPerHost: 20,
  needs: ["make-credentials"],
  nodes: (plan) => nodesOf(plan, "control-plane"),
  play: "provision-control-plane.yml",
  variables: async ({ packageRoot, credentials }) => {
    const { runtime, controlPlane } = await bundles(packageRoot);
    return {
      bdap_node_version: runtime.version,
      bdap_node_binary: runtime.path,
      bdap_node_size: runtime.size,
      bdap_control_plane_bundle: controlPlane.path,
      bdap_secrets: {
        authority_key: credentials.get("authority_key"),
        server_key: credentials.get("server_key"),
        server_certificate: credentials.get("server_certificate"),
      },
    };
  },
});
