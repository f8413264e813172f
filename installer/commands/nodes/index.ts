import NodesList from "./list.ts";

/** The bare topic lists. */
export default class Nodes extends NodesList {}
