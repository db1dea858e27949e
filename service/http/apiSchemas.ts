import { z } from "zod";

/** What /openapi.json tells of a schema, beyond what zod knows by itself. */
export type SchemaNotes = {
  /** Name under components/schemas. */
  id?: string;
  description?: string;
  examples?: unknown[];
  maxLength?: number;
  minLength?: number;
  pattern?: string;
  format?: string;
  contentEncoding?: string;
};

/** The schemas of the API by name: the one source of checks and of /openapi.json. */
export const apiSchemas = z.registry<SchemaNotes>();

/** Gives a schema its notes. */
export function noted<T extends z.ZodType>(schema: T, notes: SchemaNotes): T {
  apiSchemas.add(schema, notes);
  return schema;
}
