import { DataSource } from "typeorm";
import { AppError } from "../core/errors.ts";
import { LedgerActEntity, LedgerCursorEntity } from "./entities/act.ts";
import { AlarmEntity, BatchEntity, BatchTransactionEntity, LeaseEntity, SegmentEntity } from "./entities/batch.ts";
import { CheckTallyEntity, CheckWorkEntity } from "./entities/check.ts";
import { DeclarationEntity } from "./entities/declaration.ts";
import { ContactChangeEntity } from "./entities/contactChange.ts";
import { DeliveryEntity, PayerContactEntity, ReceiptArrearsEntity, ReceiptLinkEntity } from "./entities/delivery.ts";
import { deskEntities } from "./entities/desk.ts";
import {
  ApplicationEntity,
  BookGrantEntity,
  BookReturnEntity,
  CodeRangeEntity,
  LowWaterEntity,
  LowWaterRaiseEntity,
  PlaceEntity,
  StandingEntity,
} from "./entities/number.ts";
import { LoginCodeEntity, PayerSessionEntity, RateWindowEntity } from "./entities/payer.ts";
import { BookEntity, ReceiptDayEntity, ReceiptEntity } from "./entities/receipt.ts";
import { PaperBookEntity, PaperExchangeEntity, PaperSpoiltEntity } from "./entities/paper.ts";
import { ReversalEntity } from "./entities/reversal.ts";
import { CatalogueEditionEntity, CatalogueItemEntity, KindCodeEntity, KindVersionEntity } from "./entities/register.ts";
import { AppKeyEntity, DeploymentEntity, RequestNonceEntity, UnitEntity } from "./entities/unit.ts";
import { WriteOffEntity, WriteOffEventEntity, WriteOffRunEntity } from "./entities/writeOff.ts";
import { ArchiveRunEntity, DestructionEntity } from "./entities/destruction.ts";
import {
  EventEntity,
  EventStreamEntity,
  WebhookDeadLetterEntity,
  WebhookEndpointEntity,
  WebhookOldSecretEntity,
} from "./entities/webhook.ts";
import { CreateLedgerBooks1795312800000 } from "./migrations/1795312800000-createLedgerBooks.ts";
import { CountChecks1795320000000 } from "./migrations/1795320000000-countChecks.ts";
import { CreateDelivery1795321000000 } from "./migrations/1795321000000-createDelivery.ts";
import { CreatePayerLogin1795321000001 } from "./migrations/1795321000001-createPayerLogin.ts";
import { CreateDesk1795430000000 } from "./migrations/1795430000000-createDesk.ts";
import { CreateReversal1795400000000 } from "./migrations/1795400000000-createReversal.ts";
import { CreateDeclaration1795460000000 } from "./migrations/1795460000000-createDeclaration.ts";
import { CreateWriteOff1795460000001 } from "./migrations/1795460000001-createWriteOff.ts";
import { CreateDestruction1795460000002 } from "./migrations/1795460000002-createDestruction.ts";
import { FollowLedger1795500000000 } from "./migrations/1795500000000-followLedger.ts";
import { CreatePaper1795401000000 } from "./migrations/1795401000000-createPaper.ts";
import { CreateKindRegister1795440000000 } from "./migrations/1795440000000-createKindRegister.ts";
import { GrowNumbers1795410000000 } from "./migrations/1795410000000-growNumbers.ts";
import { CreateWebhooks1795420000000 } from "./migrations/1795420000000-createWebhooks.ts";
import { RecordContactChanges1795455000000 } from "./migrations/1795455000000-recordContactChanges.ts";
import { DeliverAgain1795455000001 } from "./migrations/1795455000001-deliverAgain.ts";
import { SumReceipts1795510000000 } from "./migrations/1795510000000-sumReceipts.ts";
import { IndexRedReceipts1795510000001 } from "./migrations/1795510000001-indexRedReceipts.ts";
import { IndexDeskSearch1795520000000 } from "./migrations/1795520000000-indexDeskSearch.ts";
import { RotateWebhookSecrets1795520000001 } from "./migrations/1795520000001-rotateWebhookSecrets.ts";
import { sqlStateOf } from "./retry.ts";

const ENTITIES = [
  UnitEntity,
  AppKeyEntity,
  RequestNonceEntity,
  DeploymentEntity,
  BookEntity,
  ReceiptEntity,
  ReceiptDayEntity,
  BatchEntity,
  SegmentEntity,
  BatchTransactionEntity,
  LeaseEntity,
  AlarmEntity,
  CheckTallyEntity,
  ContactChangeEntity,
  CheckWorkEntity,
  PayerContactEntity,
  ReceiptArrearsEntity,
  ReceiptLinkEntity,
  DeliveryEntity,
  LoginCodeEntity,
  PayerSessionEntity,
  RateWindowEntity,
  ...deskEntities,
  ReversalEntity,
  DeclarationEntity,
  WriteOffEntity,
  WriteOffRunEntity,
  WriteOffEventEntity,
  ArchiveRunEntity,
  DestructionEntity,
  PaperBookEntity,
  PaperSpoiltEntity,
  PaperExchangeEntity,
  KindVersionEntity,
  KindCodeEntity,
  CatalogueEditionEntity,
  CatalogueItemEntity,
  ApplicationEntity,
  CodeRangeEntity,
  BookGrantEntity,
  BookReturnEntity,
  LowWaterEntity,
  LowWaterRaiseEntity,
  StandingEntity,
  PlaceEntity,
  EventStreamEntity,
  EventEntity,
  WebhookEndpointEntity,
  WebhookDeadLetterEntity,
  LedgerCursorEntity,
  LedgerActEntity,
  WebhookOldSecretEntity,
];

/** In the order of their timestamps. */
const MIGRATIONS = [
  CreateLedgerBooks1795312800000,
  CountChecks1795320000000,
  CreateDelivery1795321000000,
  CreatePayerLogin1795321000001,
  CreateReversal1795400000000,
  CreatePaper1795401000000,
  GrowNumbers1795410000000,
  CreateWebhooks1795420000000,
  CreateDesk1795430000000,
  CreateKindRegister1795440000000,
  RecordContactChanges1795455000000,
  DeliverAgain1795455000001,
  CreateDeclaration1795460000000,
  CreateWriteOff1795460000001,
  CreateDestruction1795460000002,
  FollowLedger1795500000000,
  SumReceipts1795510000000,
  IndexRedReceipts1795510000001,
  IndexDeskSearch1795520000000,
  RotateWebhookSecrets1795520000001,
];

/** Enough for one process's request groups, workers and reads; a pool of 16 keeps 6 processes below PostgreSQL's 100. */
const POOL_SIZE = 16;

/**
 * Opens the database and brings it to the newest migration; several programs may do so at once.
 * @param url postgres:// or, for the embedded server, socket:DIR?db=NAME&user=NAME
 * @throws AppError database_unreachable, database_not_migrated
 */
export async function openDatabase(url: string): Promise<DataSource> {
  const dataSource = new DataSource({
    type: "postgres",
    ...addressOf(url),
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: "migration",
    poolSize: POOL_SIZE,
    connectTimeoutMS: 5000,
  });
  try {
    await dataSource.initialize();
  } catch (cause) {
    throw new AppError("database_unreachable", "the database does not answer", { cause });
  }
  await migrate(dataSource);
  return dataSource;
}

function addressOf(url: string): { host: string; database: string; username: string } | { url: string } {
  const parsed = new URL(url);
  if (parsed.protocol !== "socket:") return { url };
  const database = parsed.searchParams.get("db") ?? "postgres";
  const username = parsed.searchParams.get("user") ?? "postgres";
  return { host: decodeURIComponent(parsed.pathname), database, username };
}

/** Another program that migrates at the same time makes ours fail on what it has just created; then its work counts. */
const CREATED_BY_ANOTHER = new Set(["23505", "42P07", "42701", "42710", "40001", "40P01"]);

async function migrate(dataSource: DataSource): Promise<void> {
  // With others at it, too, each migration may be lost to one of them.
  const attempts = 10 + 3 * dataSource.migrations.length;
  for (let attempt = 1; ; attempt++) {
    try {
      await dataSource.runMigrations({ transaction: "each" });
      return;
    } catch (cause) {
      if (attempt < attempts && CREATED_BY_ANOTHER.has(sqlStateOf(cause) ?? "")) continue;
      throw new AppError("database_not_migrated", "the database could not be migrated", { cause });
    }
  }
}
