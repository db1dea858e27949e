import type { LedgerReader } from "../core/ledgerCall.ts";
import type { RegionCatalogue } from "../domain/catalogue.ts";
import type { Kind } from "../domain/kind.ts";
import type { NewForOld } from "../domain/newForOld.ts";
import type { QrPlace } from "../domain/qrText.ts";
import type { UnitLedger } from "./declarationPorts.ts";
import type { Channels, ContactKeys } from "./deliveryPorts.ts";
import type { PictureMaker } from "./picturePorts.ts";
import type { DeskSecrets } from "./deskPorts.ts";
import type { SegmentTrees } from "./segmentTrees.ts";
import type { Bell, BlobStore, Clock, Failpoint, Hash, Ledger, LedgerSigner, Log, Random, Renderer } from "./ports.ts";
import type { Store } from "./storePorts.ts";
import type { WebhookPoster } from "./webhookPorts.ts";

/** What the use cases are given; compose.ts makes it. */
export type Deps = {
  readonly clock: Clock;
  readonly random: Random;
  readonly bell: Bell;
  readonly log: Log;
  readonly store: Store;
  readonly renderer: Renderer;
  readonly pictures: PictureMaker;
  readonly blobs: BlobStore;
  readonly ledger: Ledger;
  /** Reads the ledger as any verifier does. */
  readonly reader: LedgerReader;
  readonly ledgerSigner: LedgerSigner;
  /** Sends what units sign. */
  readonly unitLedger: UnitLedger;
  readonly hash: Hash;
  readonly contacts: ContactKeys;
  /** What this program can send on. */
  readonly channels: Channels;
  /** Sends events to units' systems. */
  readonly webhooks: WebhookPoster;
  readonly deskSecrets: DeskSecrets;
  readonly segmentTrees: SegmentTrees;
  readonly failpoint: Failpoint;
  /** The kinds that can be issued, by id, in their newest version: it changes while the program runs (register.ts). */
  readonly kinds: ReadonlyMap<string, Kind>;
  /** The catalogues of items, by region; it changes, too. */
  readonly catalogues: ReadonlyMap<string, RegionCatalogue>;
  readonly settings: Settings;
};

export type Settings = {
  /** Origin of the public pages: "https://host", no slash at the end. */
  readonly publicUrl: string;
  /** Where the printed QR codes lead. */
  readonly qrPlace: QrPlace;
  /** HMAC-SHA-256 of a QR code's text, under this installation's key. */
  readonly qrMac: (text: string) => Uint8Array;
  /** The same under a key of its own, for what checks by typing hand out and keep. */
  readonly checkMac: (text: string) => Uint8Array;
  /** Blocks on top of a batch's block before it counts as anchored; 0: its own block is enough. */
  readonly confirmations: number;
  readonly anchorMaxReceipts: number;
  /** A transaction not mined after this long is sent again … */
  readonly resendAfterMs: number;
  /** … and after this long replaced by one with a higher fee. */
  readonly replaceAfterMs: number;
  /** Whether the e-mail carries the PDF beside the link. */
  readonly isPdfAttached: boolean;
  /** A rendered receipt waits so long for its anchor before it is sent without its proof. */
  readonly sealWaitMs: number;
  /** Whether units get numbers before they have accounted for the old ones. */
  readonly newForOld: NewForOld;
  /** Names this program among those that share the database. */
  readonly holder: string;
};

/** The topics of the bell. */
export const receiptTopic = (code: number, number: number): string => `receipt ${code} ${number}`;
export const issuedTopic = "issued";
export const renderedTopic = "rendered";
export const anchoredTopic = "anchored";
export const deliveryTopic = "delivery";
export const eventTopic = "event";
