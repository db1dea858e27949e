export { rfc3339 } from "../domain/rfc3339.ts";
