import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { network } from "./fact.ts";

testFactCases(network, import.meta.url);
