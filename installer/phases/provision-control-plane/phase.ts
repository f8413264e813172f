import { bundles } from "#agent/bundle/bundle.ts";
import { readCredentials } from "../make-credentials/credentials.ts";
import { nodesOf, playPhase } from "../play-phase.ts";

/** Puts the control plane on its host and waits until it answers. */
export const provisionControlPlane = playPhase({
  name: "provision-control-plane",
  title: "Control plane on its host",
  destructive: false,
  secondsPerHost: 20,
  needs: ["make-credentials"],
  nodes: (plan) => nodesOf(plan, "control-plane"),
  play: "provision-control-plane.yml",
  variables: async ({ site, packageRoot, plan }) => {
    const { runtime, controlPlane } = await bundles(packageRoot);
    const credentials = await readCredentials(site, plan);
    return {
      bdap_node_version: runtime.version,
      bdap_node_binary: runtime.path,
      bdap_control_plane_bundle: controlPlane.path,
      bdap_secrets: {
        authority_key: credentials.authorityKey,
        server_key: credentials.serverKey,
        server_certificate: credentials.serverCertificate,
      },
    };
  },
});
