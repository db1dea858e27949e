import type { DataSource } from "typeorm";
import type { Failpoint } from "../app/ports.ts";
import type { Store } from "../app/storePorts.ts";
import { createActStore } from "./acts.ts";
import { createAlarmStore } from "./alarms.ts";
import { createApplicationStore } from "./applications.ts";
import { createAuditStore } from "./audits.ts";
import { createAnchorStore } from "./batches.ts";
import { createReturnStore } from "./bookReturns.ts";
import { createCheckStore } from "./checks.ts";
import { createDeclarationStore } from "./declarations.ts";
import { createDestructionStore } from "./destructions.ts";
import { createContactStore } from "./contacts.ts";
import { createDeskAccountStore, createDeskSessionStore } from "./deskAccounts.ts";
import { createDeskLogStore } from "./deskLog.ts";
import { createDeskReceiptStore } from "./deskReceipts.ts";
import { createDeskRequestStore } from "./deskRequests.ts";
import { createOutboxStore } from "./deliveries.ts";
import type { BusNoMac } from "./erasedBusNo.ts";
import { createIssueStore } from "./issue.ts";
import { createLinkStore } from "./links.ts";
import { createLoginStore } from "./logins.ts";
import { createLowWaterStore } from "./lowWaters.ts";
import { createPayerStore } from "./payers.ts";
import { createPlaceStore } from "./places.ts";
import { createRateStore } from "./rates.ts";
import { createReceiptStore } from "./receipts.ts";
import { createRegisterStore } from "./register.ts";
import { createRenderStore } from "./rendering.ts";
import { createPaperStore } from "./papers.ts";
import { createReversalStore } from "./reversals.ts";
import { createStandingStore } from "./standings.ts";
import { createStockStore } from "./stock.ts";
import { createUnitStore } from "./units.ts";
import { createWriteOffStore } from "./writeOffs.ts";
import { createWebhookStore } from "./webhooks.ts";

/**
 * The port Store over one PostgreSQL.
 * @param busNoMac keyed, for what stays of a destroyed receipt's busNo; the same in every program of the database
 */
export function createStore(dataSource: DataSource, failpoint: Failpoint, busNoMac?: BusNoMac): Store {
  return {
    ...createIssueStore(dataSource, () => failpoint("number_taken"), busNoMac),
    ...createReceiptStore(dataSource, busNoMac),
    ...createRenderStore(dataSource),
    ...createAnchorStore(dataSource),
    ...createUnitStore(dataSource),
    ...createActStore(dataSource),
    ...createAlarmStore(dataSource),
    ...createAuditStore(dataSource),
    ...createCheckStore(dataSource),
    ...createOutboxStore(dataSource),
    ...createContactStore(dataSource),
    ...createLinkStore(dataSource),
    ...createRateStore(dataSource),
    ...createLoginStore(dataSource),
    ...createPayerStore(dataSource),
    ...createDeskAccountStore(dataSource),
    ...createDeskSessionStore(dataSource),
    ...createDeskLogStore(dataSource),
    ...createDeskReceiptStore(dataSource),
    ...createDeskRequestStore(dataSource),
    ...createReversalStore(dataSource),
    ...createDeclarationStore(dataSource),
    ...createWriteOffStore(dataSource),
    ...createDestructionStore(dataSource, busNoMac),
    ...createPaperStore(dataSource),
    ...createRegisterStore(dataSource),
    ...createApplicationStore(dataSource),
    ...createReturnStore(dataSource),
    ...createStandingStore(dataSource),
    ...createLowWaterStore(dataSource),
    ...createPlaceStore(dataSource),
    ...createStockStore(dataSource),
    ...createWebhookStore(dataSource),
  };
}
