/** Texts that a contract refers to by name, such as coefficient files: packages read no disk. */
export type ContractFiles = ReadonlyMap<string, string>;
