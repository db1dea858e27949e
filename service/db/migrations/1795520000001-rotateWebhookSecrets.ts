import type { MigrationInterface, QueryRunner } from "typeorm";

/** Secrets before an endpoint's own, each for as long as it signs along. */
export class RotateWebhookSecrets1795520000001 implements MigrationInterface {
  readonly name = "RotateWebhookSecrets1795520000001";

  async up(q: QueryRunner): Promise<void> {
    await q.query(`create table webhook_old_secret (
      endpoint_id text not null, sealed_secret bytea not null, until_ms bigint not null,
      constraint webhook_old_secret_pk primary key (endpoint_id, sealed_secret))`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query("drop table webhook_old_secret");
  }
}
