import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeAuthority, openAuthority } from "#agent/protocol/pki/authority.ts";
import { makeKeyAndRequest } from "#agent/protocol/pki/certificate-request.ts";
import { issueNodeCertificate, issueServerCertificate } from "#agent/protocol/pki/issue.ts";
import { recordJoin } from "#control-plane/store/changes.ts";
import { emptyState } from "#control-plane/store/state.ts";
import { folderFiles } from "#control-plane/store/state-files.ts";
import { openStore } from "#control-plane/store/store.ts";

/** One simulated agent's way in. PEM. */
export interface AgentIdentity {
  readonly node: string;
  readonly machineId: string;
  readonly certificate: string;
  readonly key: string;
}

export interface AgentIdentities {
  readonly authority: string;
  readonly agents: readonly AgentIdentity[];
}

/** A site on which `count` nodes have joined, ready to be started from `configurationFile`. */
export async function seedSite(
  folder: string,
  count: number,
  heartbeatSeconds: number,
): Promise<{ configurationFile: string; identitiesFile: string }> {
  const at = (name: string) => join(folder, name);
  const authority = await makeAuthority("bench");
  const issuer = await openAuthority("bench", authority);
  const server = await issueServerCertificate(issuer, { host: "control.bench", addresses: ["127.0.0.1"] });
  let state = emptyState;
  const agents: AgentIdentity[] = [];
  const why = { reason: "bench", by: "bench", now: Date.now() };
  for (let index = 0; index < count; index++) {
    const node = `node-${index}`;
    const machineId = `machine-${index}`;
    const { key, csr } = makeKeyAndRequest(node);
    const issued = await issueNodeCertificate(issuer, { node, csr });
    state = {
      ...state,
      identities: state.identities.concat(
        recordJoin(
          emptyState,
          { node, machineId, certificate: { serial: issued.serial, notAfter: issued.notAfter } },
          why,
        ).identities,
      ),
    };
    agents.push({ node, machineId, certificate: issued.certificate, key: key.reveal() });
  }
  const stateDirectory = at("state");
  await mkdir(stateDirectory);
  const store = await openStore({
    files: await folderFiles(stateDirectory),
    folder: stateDirectory,
    mustExist: false,
    onFailure: (error) => {
      throw error;
    },
  });
  await store.update(() => ({ state, result: undefined }));
  await store.close();
  const identities: AgentIdentities = { authority: authority.certificate, agents };
  const configuration = {
    site: "bench",
    host: "control.bench",
    listen: { address: "127.0.0.1", port: 0 },
    stateDirectory,
    authorityCertificateFile: at("authority.pem"),
    authorityKeyFile: at("authority.key"),
    certificateFile: at("server.pem"),
    keyFile: at("server.key"),
    heartbeatSeconds,
  };
  await writeFile(at("authority.pem"), authority.certificate);
  await writeFile(at("authority.key"), authority.key.reveal(), { mode: 0o600 });
  await writeFile(at("server.pem"), server.certificate);
  await writeFile(at("server.key"), server.key.reveal(), { mode: 0o600 });
  await writeFile(at("configuration.json"), JSON.stringify(configuration));
  await writeFile(at("identities.json"), JSON.stringify(identities), { mode: 0o600 });
  return { configurationFile: at("configuration.json"), identitiesFile: at("identities.json") };
}
