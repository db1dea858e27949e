import { EntitySchema } from "typeorm";

/** A kind of receipt as it stood from one change to the next; `body` is its JSON. */
export type KindVersionRow = {
  kindId: string;
  specimenVersion: string;
  body: unknown;
  changedAtMs: string;
  changedBy: string;
};

export const KindVersionEntity = new EntitySchema<KindVersionRow>({
  name: "KindVersion",
  tableName: "kind_version",
  columns: {
    kindId: { type: "text", name: "kind_id", primary: true, primaryKeyConstraintName: "kind_version_pk" },
    specimenVersion: {
      type: "text",
      name: "specimen_version",
      primary: true,
      primaryKeyConstraintName: "kind_version_pk",
    },
    body: { type: "jsonb" },
    changedAtMs: { type: "bigint", name: "changed_at_ms" },
    changedBy: { type: "text", name: "changed_by" },
  },
});

/** One entry of the code table. */
export type KindCodeRow = {
  kindId: string;
  region: string;
  changedAtMs: string;
  classCode: string;
  kindCode: string;
  isConfirmed: boolean;
  fromMs: string;
  changedBy: string;
};

export const KindCodeEntity = new EntitySchema<KindCodeRow>({
  name: "KindCode",
  tableName: "kind_code",
  columns: {
    kindId: { type: "text", name: "kind_id", primary: true, primaryKeyConstraintName: "kind_code_pk" },
    region: { type: "text", primary: true, primaryKeyConstraintName: "kind_code_pk" },
    changedAtMs: { type: "bigint", name: "changed_at_ms", primary: true, primaryKeyConstraintName: "kind_code_pk" },
    classCode: { type: "text", name: "class_code" },
    kindCode: { type: "text", name: "kind_code" },
    isConfirmed: { type: "boolean", name: "is_confirmed" },
    fromMs: { type: "bigint", name: "from_ms" },
    changedBy: { type: "text", name: "changed_by" },
  },
});

/** One import of a region's catalogue; the last one holds. */
export type CatalogueEditionRow = {
  region: string;
  edition: number;
  itemCount: number;
  changedAtMs: string;
  changedBy: string;
};

export const CatalogueEditionEntity = new EntitySchema<CatalogueEditionRow>({
  name: "CatalogueEdition",
  tableName: "catalogue_edition",
  columns: {
    region: { type: "text", primary: true, primaryKeyConstraintName: "catalogue_edition_pk" },
    edition: { type: "integer", primary: true, primaryKeyConstraintName: "catalogue_edition_pk" },
    itemCount: { type: "integer", name: "item_count" },
    changedAtMs: { type: "bigint", name: "changed_at_ms" },
    changedBy: { type: "text", name: "changed_by" },
  },
});

export type CatalogueItemRow = {
  region: string;
  edition: number;
  rowIndex: number;
  itemCode: string;
  itemName: string;
  kinds: string[];
  units: string[];
  minStd: string;
  maxStd: string;
  validFrom: string;
  validThrough: string;
};

export const CatalogueItemEntity = new EntitySchema<CatalogueItemRow>({
  name: "CatalogueItem",
  tableName: "catalogue_item",
  columns: {
    region: { type: "text", primary: true, primaryKeyConstraintName: "catalogue_item_pk" },
    edition: { type: "integer", primary: true, primaryKeyConstraintName: "catalogue_item_pk" },
    rowIndex: { type: "integer", name: "row_index", primary: true, primaryKeyConstraintName: "catalogue_item_pk" },
    itemCode: { type: "text", name: "item_code" },
    itemName: { type: "text", name: "item_name" },
    kinds: { type: "jsonb" },
    units: { type: "jsonb" },
    minStd: { type: "text", name: "min_std" },
    maxStd: { type: "text", name: "max_std" },
    validFrom: { type: "text", name: "valid_from" },
    validThrough: { type: "text", name: "valid_through" },
  },
});
