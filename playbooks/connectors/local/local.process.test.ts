import { userInfo } from "node:os";
import { connectorContract } from "../connector.contract.ts";
import { connectLocal } from "./local.ts";

connectorContract("this machine", async () => connectLocal({ user: userInfo().username }));
