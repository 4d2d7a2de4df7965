"""Devices, items, photos and alerts."""

import uuid

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import relief.journal.constraints
from relief.journal.migrating import Together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("geography", "0001_initial"),
        ("journal", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name="Device",
                    fields=[
                        (
                            "id",
                            models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False),
                        ),
                        ("label", models.CharField(blank=True, max_length=60)),
                        ("code_hash", models.CharField(max_length=64, null=True, unique=True)),
                        ("code_until", models.DateTimeField(null=True)),
                        ("token_hash", models.CharField(max_length=64, null=True, unique=True)),
                        ("made_by", models.BigIntegerField(help_text="user id")),
                        ("made_at", models.DateTimeField()),
                        ("enrolled_at", models.DateTimeField(null=True)),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("revoked_at", models.DateTimeField(null=True)),
                        ("seen_at", models.DateTimeField(null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="devices",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("enrolled_at", None),
                                        ("expires_at", None),
                                        ("token_hash", None),
                                    ),
                                    models.Q(
                                        ("enrolled_at__isnull", False),
                                        ("expires_at__gt", models.F("enrolled_at")),
                                    ),
                                    _connector="OR",
                                ),
                                name="device_enrolled_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Item",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("report", "damage report"),
                                    ("damage", "damaged house"),
                                    ("receipt", "receipt of goods"),
                                    ("task", "task read or done"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("data", "phone"),
                                    ("sms", "text message"),
                                    ("code", "QR code on a colleague's phone"),
                                    ("file", "exported file"),
                                ],
                                default="data",
                                max_length=6,
                            ),
                        ),
                        ("device_seq", models.PositiveIntegerField(default=0)),
                        ("schema", models.PositiveSmallIntegerField()),
                        ("code", models.CharField(max_length=10)),
                        ("digest", models.CharField(max_length=64)),
                        ("body", models.JSONField()),
                        ("text", models.JSONField(null=True)),
                        (
                            "photos",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=64), default=list, size=None
                            ),
                        ),
                        ("receipt", models.CharField(max_length=24)),
                        ("made_at", models.DateTimeField()),
                        ("received_at", models.DateTimeField()),
                        ("offset_seconds", models.IntegerField(default=0)),
                        ("clock_off", models.BooleanField(default=False)),
                        ("brought_by", models.BigIntegerField(help_text="user id", null=True)),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="geography.area",
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "book",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="journal.book",
                            ),
                        ),
                        (
                            "device",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="items",
                                to="field.device",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["author", "received_at"], name="item_of_author"),
                            django.contrib.postgres.indexes.GinIndex(
                                fields=["photos"], name="item_photos"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("book", "receipt"), name="item_receipt"
                            ),
                            models.UniqueConstraint(fields=("book", "code"), name="item_code"),
                            models.UniqueConstraint(fields=("book", "id"), name="item_in_book"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["report", "damage", "receipt", "task"])
                                ),
                                name="item_kind",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("channel__in", ["data", "sms", "code", "file"])
                                ),
                                name="item_channel",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Alert",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("deaths", models.PositiveIntegerField(default=0)),
                        ("missing", models.PositiveIntegerField(default=0)),
                        ("trapped", models.PositiveIntegerField(default=0)),
                        ("raised_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField(null=True)),
                        ("seen_by", models.BigIntegerField(null=True)),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="geography.area",
                            ),
                        ),
                        (
                            "book",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="journal.book",
                            ),
                        ),
                        (
                            "item",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="alert",
                                to="field.item",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("deaths__gt", 0),
                                    ("missing__gt", 0),
                                    ("trapped__gt", 0),
                                    _connector="OR",
                                ),
                                name="alert_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("seen_at", None), ("seen_by", None)),
                                    models.Q(
                                        ("seen_at__isnull", False), ("seen_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="alert_seen_whole",
                            ),
                            relief.journal.constraints.SameBook(
                                book="book", field="item", name="alert_item_book"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Photo",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("sha256", models.CharField(max_length=64)),
                        ("total_bytes", models.PositiveIntegerField()),
                        ("stored_bytes", models.PositiveIntegerField(default=0)),
                        (
                            "kind",
                            models.CharField(
                                blank=True, help_text="jpeg, png or webp", max_length=4
                            ),
                        ),
                        ("width", models.PositiveIntegerField(null=True)),
                        ("height", models.PositiveIntegerField(null=True)),
                        ("taken_at", models.DateTimeField(null=True)),
                        (
                            "point",
                            django.contrib.gis.db.models.fields.PointField(null=True, srid=4326),
                        ),
                        ("sent_by", models.BigIntegerField(help_text="user id")),
                        ("begun_at", models.DateTimeField()),
                        ("whole_at", models.DateTimeField(null=True)),
                        (
                            "book",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="journal.book",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("book", "sha256"), name="photo_once"),
                            models.CheckConstraint(
                                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                                name="photo_sha256",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("stored_bytes__lte", models.F("total_bytes"))),
                                name="photo_bytes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("whole_at", None),
                                    ("stored_bytes", models.F("total_bytes")),
                                    _connector="OR",
                                ),
                                name="photo_whole",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
