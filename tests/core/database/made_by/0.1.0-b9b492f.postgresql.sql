SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.agency (
    external_id character varying(200) NOT NULL,
    name character varying(300) NOT NULL,
    payload text NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.answer_log (
    id character varying(32) NOT NULL,
    question text NOT NULL,
    status character varying(32) NOT NULL,
    item_id integer,
    aspect character varying(32),
    passage_ids json NOT NULL,
    versions json NOT NULL,
    step_ms json NOT NULL,
    channel character varying(16) NOT NULL,
    region character varying(6),
    created timestamp with time zone NOT NULL
);
CREATE TABLE public.catalogue_state (
    id integer NOT NULL,
    epoch character varying(36) NOT NULL,
    revision bigint NOT NULL
);
CREATE SEQUENCE public.catalogue_state_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.catalogue_state_id_seq OWNED BY public.catalogue_state.id;
CREATE TABLE public.choice_token (
    token character varying(64) NOT NULL,
    conversation character varying(64) NOT NULL,
    title character varying(300) NOT NULL,
    target_kind character varying(16) NOT NULL,
    target_id integer NOT NULL,
    aspect character varying(32),
    created timestamp with time zone NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE TABLE public.client_message (
    number integer NOT NULL,
    conversation character varying(64) NOT NULL,
    client_message_id character varying(64) NOT NULL,
    status integer,
    body json,
    created timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.client_message_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.client_message_number_seq OWNED BY public.client_message.number;
CREATE TABLE public.conversation (
    id character varying(64) NOT NULL,
    region character varying(6),
    created timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL
);
CREATE TABLE public.document (
    id integer NOT NULL,
    external_id character varying(200) NOT NULL,
    content_hash character varying(64) NOT NULL,
    version integer NOT NULL,
    revision bigint NOT NULL,
    status character varying(20) NOT NULL,
    title text NOT NULL,
    names text NOT NULL,
    agency text,
    theme text,
    region character varying(6) NOT NULL,
    published_on date,
    effective_from date,
    effective_to date,
    payload text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.document_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.document_id_seq OWNED BY public.document.id;
CREATE TABLE public.message (
    number integer NOT NULL,
    id character varying(32) NOT NULL,
    conversation character varying(64) NOT NULL,
    role character varying(16) NOT NULL,
    kind character varying(16) NOT NULL,
    payload json NOT NULL,
    created timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.message_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.message_number_seq OWNED BY public.message.number;
CREATE TABLE public.passage (
    id integer NOT NULL,
    kind character varying(10) NOT NULL,
    record_id integer NOT NULL,
    ordinal integer NOT NULL,
    field text NOT NULL,
    heading text NOT NULL,
    text text NOT NULL,
    start_at integer NOT NULL,
    end_at integer NOT NULL,
    embed_text text NOT NULL
);
CREATE SEQUENCE public.passage_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.passage_id_seq OWNED BY public.passage.id;
CREATE TABLE public.region (
    code character varying(6) NOT NULL,
    name character varying(300) NOT NULL,
    payload text NOT NULL
);
CREATE TABLE public.service_item (
    id integer NOT NULL,
    external_id character varying(200) NOT NULL,
    content_hash character varying(64) NOT NULL,
    version integer NOT NULL,
    revision bigint NOT NULL,
    status character varying(20) NOT NULL,
    title text NOT NULL,
    names text NOT NULL,
    agency text,
    theme text,
    region character varying(6) NOT NULL,
    published_on date,
    effective_from date,
    effective_to date,
    payload text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.service_item_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.service_item_id_seq OWNED BY public.service_item.id;
CREATE TABLE public.tombstone (
    revision bigint NOT NULL,
    kind character varying(10) NOT NULL,
    record_id integer NOT NULL,
    external_id character varying(200) NOT NULL
);
CREATE TABLE public.vector_cache (
    text_hash character varying(64) NOT NULL,
    model_digest character varying(200) NOT NULL,
    dtype character varying(200) NOT NULL,
    vector bytea NOT NULL
);
ALTER TABLE ONLY public.catalogue_state ALTER COLUMN id SET DEFAULT nextval('public.catalogue_state_id_seq'::regclass);
ALTER TABLE ONLY public.client_message ALTER COLUMN number SET DEFAULT nextval('public.client_message_number_seq'::regclass);
ALTER TABLE ONLY public.document ALTER COLUMN id SET DEFAULT nextval('public.document_id_seq'::regclass);
ALTER TABLE ONLY public.message ALTER COLUMN number SET DEFAULT nextval('public.message_number_seq'::regclass);
ALTER TABLE ONLY public.passage ALTER COLUMN id SET DEFAULT nextval('public.passage_id_seq'::regclass);
ALTER TABLE ONLY public.service_item ALTER COLUMN id SET DEFAULT nextval('public.service_item_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0002');
INSERT INTO public.answer_log VALUES ('answer-of-the-sample', '居住证怎么办', 'clarify', 1, 'fee', '[]', '{"1": 1}', '{"retrieve": 1.5}', 'web', NULL, '2026-03-02 01:00:00+00');
INSERT INTO public.catalogue_state VALUES (1, '58bd46e5-6dc2-40d1-98eb-d1406081b2cf', 5);
INSERT INTO public.choice_token VALUES ('token-of-the-sample', 'conversation-of-the-sample', '居住证申领', 'item', 1, 'fee', '2026-03-02 01:00:00+00', '2026-03-03 01:00:00+00');
INSERT INTO public.conversation VALUES ('conversation-of-the-sample', NULL, '2026-03-02 01:00:00+00', '2026-03-02 01:00:00+00');
INSERT INTO public.document VALUES (1, 'jzz-banfa', '8a9abe51c5968b2757abbcf836264af37f4f1fbf64d0dfb90a7157ba07fffea1', 1, 3, 'published', '居住证办法', '居住证办法', NULL, NULL, '000000', NULL, NULL, NULL, '{"agency":null,"demo":false,"document_number":null,"effective_from":null,"effective_to":null,"external_id":"jzz-banfa","kind":"policy","published_on":null,"question_variants":[],"region":"000000","replaced_by":null,"source_url":null,"text":"第一条 为了规范。","title":"居住证办法"}', '2026-03-02 01:00:00+00', '2026-03-02 01:00:00+00');
INSERT INTO public.message VALUES (1, 'question', 'conversation-of-the-sample', 'citizen', 'text', '{"text": "\u5c45\u4f4f\u8bc1\u600e\u4e48\u529e"}', '2026-03-02 01:00:00+00');
INSERT INTO public.message VALUES (2, 'reply', 'conversation-of-the-sample', 'assistant', 'text', '{"text": "\u60a8\u8981\u95ee\u54ea\u4e00\u9879\uff1f"}', '2026-03-02 01:00:00+00');
INSERT INTO public.passage VALUES (1, 'document', 1, 0, '', '第一条', '第一条 为了规范。', 0, 9, '居住证办法 第一条 为了规范。');
INSERT INTO public.region VALUES ('990100', '示例市', '{"aliases":[],"code":"990100","demo":false,"name":"示例市"}');
INSERT INTO public.service_item VALUES (1, 'jzz', 'e5c0309baab3df5c2192fdd2244e16963784f6ddeb10bd7a9d7957a26430c97a', 1, 2, 'published', '居住证申领', '居住证申领
暂住证', NULL, '户籍', '990100', NULL, NULL, NULL, '{"agency":null,"aliases":["暂住证"],"audience":[],"code":null,"conditions":[],"demo":false,"effective_from":null,"effective_to":null,"eligibility":null,"external_id":"jzz","fee":null,"legal_basis":[],"life_events":[],"materials":[],"name":"居住证申领","online_note":null,"online_url":null,"phone":null,"places":[],"promised_limit":null,"question_variants":[],"region":"990100","result":null,"sensitive":false,"source_url":null,"statutory_limit":null,"steps":[],"summary":null,"theme":"户籍","validity":null}', '2026-03-02 01:00:00+00', '2026-03-02 01:00:00+00');
INSERT INTO public.tombstone VALUES (5, 'document', 2, 'gone');
SELECT pg_catalog.setval('public.catalogue_state_id_seq', 1, false);
SELECT pg_catalog.setval('public.client_message_number_seq', 1, false);
SELECT pg_catalog.setval('public.document_id_seq', 2, true);
SELECT pg_catalog.setval('public.message_number_seq', 2, true);
SELECT pg_catalog.setval('public.passage_id_seq', 1, true);
SELECT pg_catalog.setval('public.service_item_id_seq', 1, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.agency
    ADD CONSTRAINT pk_agency PRIMARY KEY (external_id);
ALTER TABLE ONLY public.answer_log
    ADD CONSTRAINT pk_answer_log PRIMARY KEY (id);
ALTER TABLE ONLY public.catalogue_state
    ADD CONSTRAINT pk_catalogue_state PRIMARY KEY (id);
ALTER TABLE ONLY public.choice_token
    ADD CONSTRAINT pk_choice_token PRIMARY KEY (token);
ALTER TABLE ONLY public.client_message
    ADD CONSTRAINT pk_client_message PRIMARY KEY (number);
ALTER TABLE ONLY public.conversation
    ADD CONSTRAINT pk_conversation PRIMARY KEY (id);
ALTER TABLE ONLY public.document
    ADD CONSTRAINT pk_document PRIMARY KEY (id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT pk_message PRIMARY KEY (number);
ALTER TABLE ONLY public.passage
    ADD CONSTRAINT pk_passage PRIMARY KEY (id);
ALTER TABLE ONLY public.region
    ADD CONSTRAINT pk_region PRIMARY KEY (code);
ALTER TABLE ONLY public.service_item
    ADD CONSTRAINT pk_service_item PRIMARY KEY (id);
ALTER TABLE ONLY public.tombstone
    ADD CONSTRAINT pk_tombstone PRIMARY KEY (revision);
ALTER TABLE ONLY public.vector_cache
    ADD CONSTRAINT pk_vector_cache PRIMARY KEY (text_hash, model_digest, dtype);
ALTER TABLE ONLY public.client_message
    ADD CONSTRAINT uq_client_message_conversation_client_message_id UNIQUE (conversation, client_message_id);
ALTER TABLE ONLY public.document
    ADD CONSTRAINT uq_document_external_id UNIQUE (external_id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT uq_message_id UNIQUE (id);
ALTER TABLE ONLY public.passage
    ADD CONSTRAINT uq_passage_kind_record_id_ordinal UNIQUE (kind, record_id, ordinal);
ALTER TABLE ONLY public.service_item
    ADD CONSTRAINT uq_service_item_external_id UNIQUE (external_id);
CREATE INDEX ix_agency_name ON public.agency USING btree (name);
CREATE INDEX ix_answer_log_created ON public.answer_log USING btree (created);
CREATE INDEX ix_answer_log_item_id ON public.answer_log USING btree (item_id);
CREATE INDEX ix_answer_log_status ON public.answer_log USING btree (status);
CREATE INDEX ix_choice_token_conversation ON public.choice_token USING btree (conversation);
CREATE INDEX ix_choice_token_expires ON public.choice_token USING btree (expires);
CREATE INDEX ix_client_message_created ON public.client_message USING btree (created);
CREATE INDEX ix_conversation_last_seen ON public.conversation USING btree (last_seen);
CREATE INDEX ix_document_revision ON public.document USING btree (revision);
CREATE INDEX ix_message_conversation ON public.message USING btree (conversation);
CREATE INDEX ix_message_created ON public.message USING btree (created);
CREATE INDEX ix_service_item_revision ON public.service_item USING btree (revision);
ALTER TABLE ONLY public.choice_token
    ADD CONSTRAINT fk_choice_token_conversation FOREIGN KEY (conversation) REFERENCES public.conversation(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.client_message
    ADD CONSTRAINT fk_client_message_conversation FOREIGN KEY (conversation) REFERENCES public.conversation(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.message
    ADD CONSTRAINT fk_message_conversation FOREIGN KEY (conversation) REFERENCES public.conversation(id) ON DELETE CASCADE;
