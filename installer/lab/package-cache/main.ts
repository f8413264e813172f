import ipaddr from "ipaddr.js";
import { packageCacheServer, pruneCache } from "./server.ts";

/**
 * The package cache of one lab as a process of its own: `main.ts LAB_DIRECTORY GATEWAY PORT SUBNET DIRECTORY HOST…`.
 * It fetches through the proxy in `http_proxy` if that is set. The first argument is how `bdap lab` finds it again.
 */
const [, , , gateway = "", port = "", subnet = "", directory = "", ...upstreams] = process.argv;
const network = ipaddr.parseCIDR(subnet);

await pruneCache(directory, Date.now());
packageCacheServer({
  directory,
  upstreams,
  upstreamProxy: process.env["http_proxy"],
  admits: (address) => ipaddr.isValid(address) && ipaddr.process(address).match(network),
}).listen(Number(port), gateway);
