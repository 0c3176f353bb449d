BEGIN TRANSACTION;
CREATE TABLE agency (
	external_id VARCHAR(200) NOT NULL, 
	name VARCHAR(300) NOT NULL, 
	payload TEXT NOT NULL, 
	CONSTRAINT pk_agency PRIMARY KEY (external_id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE answer_log (
	id VARCHAR(32) NOT NULL, 
	question TEXT NOT NULL, 
	status VARCHAR(32) NOT NULL, 
	item_id INTEGER, 
	aspect VARCHAR(32), 
	passage_ids JSON NOT NULL, 
	versions JSON NOT NULL, 
	step_ms JSON NOT NULL, 
	channel VARCHAR(16) NOT NULL, 
	region VARCHAR(6), 
	created DATETIME NOT NULL, 
	CONSTRAINT pk_answer_log PRIMARY KEY (id)
);
INSERT INTO "answer_log" VALUES('answer-of-the-sample','居住证怎么办','clarify',1,'fee','[]','{"1": 1}','{"retrieve": 1.5}','web',NULL,'2026-03-02 01:00:00.000000');
CREATE TABLE catalogue_state (
	id INTEGER NOT NULL, 
	epoch VARCHAR(36) NOT NULL, 
	revision BIGINT NOT NULL, 
	CONSTRAINT pk_catalogue_state PRIMARY KEY (id)
);
INSERT INTO "catalogue_state" VALUES(1,'66b51762-4b71-439a-9a0d-aba3298c589e',5);
CREATE TABLE choice_token (
	token VARCHAR(64) NOT NULL, 
	conversation VARCHAR(64) NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	target_kind VARCHAR(16) NOT NULL, 
	target_id INTEGER NOT NULL, 
	aspect VARCHAR(32), 
	created DATETIME NOT NULL, 
	expires DATETIME NOT NULL, 
	CONSTRAINT pk_choice_token PRIMARY KEY (token), 
	CONSTRAINT fk_choice_token_conversation FOREIGN KEY(conversation) REFERENCES conversation (id) ON DELETE CASCADE
);
INSERT INTO "choice_token" VALUES('token-of-the-sample','conversation-of-the-sample','居住证申领','item',1,'fee','2026-03-02 01:00:00.000000','2026-03-03 01:00:00.000000');
CREATE TABLE client_message (
	number INTEGER NOT NULL, 
	conversation VARCHAR(64) NOT NULL, 
	client_message_id VARCHAR(64) NOT NULL, 
	status INTEGER, 
	body JSON, 
	created DATETIME NOT NULL, 
	CONSTRAINT pk_client_message PRIMARY KEY (number), 
	CONSTRAINT uq_client_message_conversation_client_message_id UNIQUE (conversation, client_message_id), 
	CONSTRAINT fk_client_message_conversation FOREIGN KEY(conversation) REFERENCES conversation (id) ON DELETE CASCADE
);
CREATE TABLE conversation (
	id VARCHAR(64) NOT NULL, 
	region VARCHAR(6), 
	created DATETIME NOT NULL, 
	last_seen DATETIME NOT NULL, 
	CONSTRAINT pk_conversation PRIMARY KEY (id)
);
INSERT INTO "conversation" VALUES('conversation-of-the-sample',NULL,'2026-03-02 01:00:00.000000','2026-03-02 01:00:00.000000');
CREATE TABLE document (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	external_id VARCHAR(200) NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	revision BIGINT NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	title TEXT NOT NULL, 
	names TEXT NOT NULL, 
	agency TEXT, 
	theme TEXT, 
	region VARCHAR(6) NOT NULL, 
	published_on DATE, 
	effective_from DATE, 
	effective_to DATE, 
	payload TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT uq_document_external_id UNIQUE (external_id)
);
INSERT INTO "document" VALUES(1,'jzz-banfa','8a9abe51c5968b2757abbcf836264af37f4f1fbf64d0dfb90a7157ba07fffea1',1,3,'published','居住证办法','居住证办法',NULL,NULL,'000000',NULL,NULL,NULL,'{"agency":null,"demo":false,"document_number":null,"effective_from":null,"effective_to":null,"external_id":"jzz-banfa","kind":"policy","published_on":null,"question_variants":[],"region":"000000","replaced_by":null,"source_url":null,"text":"第一条 为了规范。","title":"居住证办法"}','2026-03-02 01:00:00.000000','2026-03-02 01:00:00.000000');
CREATE TABLE message (
	number INTEGER NOT NULL, 
	id VARCHAR(32) NOT NULL, 
	conversation VARCHAR(64) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	payload JSON NOT NULL, 
	created DATETIME NOT NULL, 
	CONSTRAINT pk_message PRIMARY KEY (number), 
	CONSTRAINT uq_message_id UNIQUE (id), 
	CONSTRAINT fk_message_conversation FOREIGN KEY(conversation) REFERENCES conversation (id) ON DELETE CASCADE
);
INSERT INTO "message" VALUES(1,'question','conversation-of-the-sample','citizen','text','{"text": "\u5c45\u4f4f\u8bc1\u600e\u4e48\u529e"}','2026-03-02 01:00:00.000000');
INSERT INTO "message" VALUES(2,'reply','conversation-of-the-sample','assistant','text','{"text": "\u60a8\u8981\u95ee\u54ea\u4e00\u9879\uff1f"}','2026-03-02 01:00:00.000000');
CREATE TABLE passage (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(10) NOT NULL, 
	record_id INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	heading TEXT NOT NULL, 
	text TEXT NOT NULL, 
	start_at INTEGER NOT NULL, 
	end_at INTEGER NOT NULL, 
	embed_text TEXT NOT NULL, 
	CONSTRAINT uq_passage_kind_record_id_ordinal UNIQUE (kind, record_id, ordinal)
);
INSERT INTO "passage" VALUES(1,'document',1,0,'','第一条','第一条 为了规范。',0,9,'居住证办法 第一条 为了规范。');
CREATE TABLE pin (
	"key" VARCHAR(300) NOT NULL, 
	question VARCHAR(300) NOT NULL, 
	payload TEXT NOT NULL, 
	CONSTRAINT pk_pin PRIMARY KEY ("key")
);
CREATE TABLE region (
	code VARCHAR(6) NOT NULL, 
	name VARCHAR(300) NOT NULL, 
	payload TEXT NOT NULL, 
	CONSTRAINT pk_region PRIMARY KEY (code)
);
INSERT INTO "region" VALUES('990100','示例市','{"aliases":[],"code":"990100","demo":false,"name":"示例市"}');
CREATE TABLE service_item (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	external_id VARCHAR(200) NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	revision BIGINT NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	title TEXT NOT NULL, 
	names TEXT NOT NULL, 
	agency TEXT, 
	theme TEXT, 
	region VARCHAR(6) NOT NULL, 
	published_on DATE, 
	effective_from DATE, 
	effective_to DATE, 
	payload TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT uq_service_item_external_id UNIQUE (external_id)
);
INSERT INTO "service_item" VALUES(1,'jzz','e5c0309baab3df5c2192fdd2244e16963784f6ddeb10bd7a9d7957a26430c97a',1,2,'published','居住证申领','居住证申领
暂住证',NULL,'户籍','990100',NULL,NULL,NULL,'{"agency":null,"aliases":["暂住证"],"audience":[],"code":null,"conditions":[],"demo":false,"effective_from":null,"effective_to":null,"eligibility":null,"external_id":"jzz","fee":null,"legal_basis":[],"life_events":[],"materials":[],"name":"居住证申领","online_note":null,"online_url":null,"phone":null,"places":[],"promised_limit":null,"question_variants":[],"region":"990100","result":null,"sensitive":false,"source_url":null,"statutory_limit":null,"steps":[],"summary":null,"theme":"户籍","validity":null}','2026-03-02 01:00:00.000000','2026-03-02 01:00:00.000000');
CREATE TABLE term (
	"key" VARCHAR(120) NOT NULL, 
	payload TEXT NOT NULL, 
	CONSTRAINT pk_term PRIMARY KEY ("key")
);
CREATE TABLE tombstone (
	revision BIGINT NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	record_id INTEGER NOT NULL, 
	external_id VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_tombstone PRIMARY KEY (revision)
);
INSERT INTO "tombstone" VALUES(5,'document',2,'gone');
CREATE TABLE vector_cache (
	text_hash VARCHAR(64) NOT NULL, 
	model_digest VARCHAR(200) NOT NULL, 
	dtype VARCHAR(200) NOT NULL, 
	vector BLOB NOT NULL, 
	CONSTRAINT pk_vector_cache PRIMARY KEY (text_hash, model_digest, dtype)
);
CREATE INDEX ix_agency_name ON agency (name);
CREATE INDEX ix_document_revision ON document (revision);
CREATE INDEX ix_service_item_revision ON service_item (revision);
CREATE INDEX ix_conversation_last_seen ON conversation (last_seen);
CREATE INDEX ix_message_conversation ON message (conversation);
CREATE INDEX ix_message_created ON message (created);
CREATE INDEX ix_answer_log_status ON answer_log (status);
CREATE INDEX ix_answer_log_item_id ON answer_log (item_id);
CREATE INDEX ix_answer_log_created ON answer_log (created);
CREATE INDEX ix_choice_token_conversation ON choice_token (conversation);
CREATE INDEX ix_choice_token_expires ON choice_token (expires);
CREATE INDEX ix_client_message_created ON client_message (created);
CREATE INDEX ix_pin_question ON pin (question);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('service_item',1);
INSERT INTO "sqlite_sequence" VALUES('document',2);
INSERT INTO "sqlite_sequence" VALUES('passage',1);
COMMIT;
