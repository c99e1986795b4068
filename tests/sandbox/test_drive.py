"""Drive v3: files, copies, searches and permissions, as clients of spreadsheets use them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.services import FRIEND, OWNER, SPREADSHEET_TYPE, STRANGER, Refused, Services

FILES = "/drive/v3/files"


@pytest.fixture
def services() -> Services:
    return Services()


def file_path(services: Services) -> str:
    return f"{FILES}/{services.id}"


def share(services: Services, account: str, role: str = "writer", **query: Any) -> Any:
    body = {"type": "user", "role": role, "emailAddress": account}
    return services.call("POST", f"{file_path(services)}/permissions", body, **query)


def found(services: Services, query: str | None = None, *, account: str = OWNER) -> list[str]:
    """The names of the files that a search finds."""
    parameters: dict[str, Any] = {} if query is None else {"q": query}
    answer = services.call("GET", FILES, account=account, **parameters)
    return [file["name"] for file in answer["files"]]


class TestFiles:
    def test_created_file_is_a_spreadsheet_that_opens(self, services: Services) -> None:
        created = services.call("POST", FILES, {"name": "New", "mimeType": SPREADSHEET_TYPE})
        assert created == {
            "kind": "drive#file",
            "id": created["id"],
            "name": "New",
            "mimeType": SPREADSHEET_TYPE,
        }
        opened = services.call("GET", f"/v4/spreadsheets/{created['id']}")
        assert opened["properties"]["title"] == "New"

    def test_other_files_are_not_emulated(self, services: Services) -> None:
        with pytest.raises(Refused) as refused:
            services.call("POST", FILES, {"name": "notes", "mimeType": "text/plain"})
        assert "not emulated" in refused.value.message

    def test_fields_choose_what_is_shown(self, services: Services) -> None:
        services.now += 1.25
        services.put("A1", [["a"]])
        shown = services.call("GET", file_path(services), fields="id, createdTime,modifiedTime")
        assert shown == {
            "id": services.id,
            "createdTime": "2023-11-14T22:13:20.000Z",
            "modifiedTime": "2023-11-14T22:13:21.250Z",
        }
        assert services.call("GET", file_path(services), fields="") == {}

    def test_unknown_field_is_refused(self, services: Services) -> None:
        with pytest.raises(Refused) as refused:
            services.call("GET", file_path(services), fields="id,colour")
        assert refused.value.error == {
            "code": 400,
            "message": "Invalid field selection colour",
            "errors": [
                {
                    "message": "Invalid field selection colour",
                    "domain": "global",
                    "reason": "invalidParameter",
                    "location": "fields",
                    "locationType": "parameter",
                }
            ],
        }

    def test_renaming_a_file_renames_the_spreadsheet(self, services: Services) -> None:
        services.call("PATCH", file_path(services), {"name": "Renamed"})
        opened = services.call("GET", services.path)
        assert opened["properties"]["title"] == "Renamed"

    def test_file_moves_between_folders(self, services: Services) -> None:
        services.call("PATCH", file_path(services), {}, addParents="old")
        services.call("PATCH", file_path(services), {}, addParents="new", removeParents="old")
        assert found(services, "'new' in parents") == ["Queue"]
        assert found(services, "'old' in parents") == []

    def test_copy_has_the_cells_and_lives_its_own_life(self, services: Services) -> None:
        services.put("A1", [["a"]])
        copy = services.call("POST", f"{file_path(services)}/copy", {})
        services.put("A1", [["changed"]])
        assert copy["name"] == "Copy of Queue"
        services.id = copy["id"]
        assert services.get("A1") == [["a"]]

    def test_copied_protections_are_the_new_owners_alone(self, services: Services) -> None:
        share(services, FRIEND, "writer")
        protected = {"protectedRangeId": 5, "range": {"sheetId": 0}}
        services.batch({"addProtectedRange": {"protectedRange": protected}})
        copy = services.call("POST", f"{file_path(services)}/copy", {}, account=FRIEND)
        services.id = copy["id"]
        (tab,) = services.call("GET", services.path, account=FRIEND)["sheets"]
        (kept,) = tab["protectedRanges"]
        assert (kept["protectedRangeId"], kept["editors"]) == (5, {"users": [FRIEND]})

    def test_deleted_file_is_gone(self, services: Services) -> None:
        response = services.send("DELETE", file_path(services))
        assert (response.status, response.body) == (204, b"")
        with pytest.raises(Refused) as refused:
            services.call("GET", file_path(services))
        assert refused.value.error["errors"][0] == {
            "message": f"File not found: {services.id}.",
            "domain": "global",
            "reason": "notFound",
            "location": "fileId",
            "locationType": "parameter",
        }
        with pytest.raises(Refused) as refused:
            services.get("A1")
        assert refused.value.code == 404

    def test_strangers_see_no_file_and_readers_change_none(self, services: Services) -> None:
        share(services, FRIEND, "reader")
        for account, code in ((STRANGER, 404), (FRIEND, 403)):
            with pytest.raises(Refused) as refused:
                services.call("PATCH", file_path(services), {"name": "Mine"}, account=account)
            assert refused.value.code == code
            with pytest.raises(Refused) as refused:
                services.call("DELETE", file_path(services), account=account)
            assert refused.value.code == code

    def test_uploads_are_said_not_to_be_emulated(self, services: Services) -> None:
        with pytest.raises(Refused) as refused:
            services.call("PUT", f"/upload/drive/v2/files/{services.id}", "a,b", uploadType="media")
        assert refused.value.code == 400
        assert "not emulated" in refused.value.message

    def test_export_is_said_not_to_be_emulated(self, services: Services) -> None:
        with pytest.raises(Refused) as refused:
            services.call("GET", f"{file_path(services)}/export", mimeType="text/csv")
        assert "not emulated" in refused.value.message

    def test_file_has_no_comments(self, services: Services) -> None:
        answer = services.call(
            "GET", f"{file_path(services)}/comments", fields="comments/content,nextPageToken"
        )
        assert answer == {"comments": []}


class TestSearching:
    @pytest.fixture(autouse=True)
    def files(self, services: Services) -> None:
        for title in ("Orders June", "Orders July", "Ali's list"):
            services.now += 60
            services.new_spreadsheet(title)

    def test_latest_change_comes_first(self, services: Services) -> None:
        assert found(services) == ["Ali's list", "Orders July", "Orders June", "Queue"]

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            (f'mimeType="{SPREADSHEET_TYPE}"', 4),
            ("mimeType = 'application/pdf'", 0),
            (f'mimeType="{SPREADSHEET_TYPE}" and name = "Queue"', ["Queue"]),
            ("name = 'Ali\\'s list'", ["Ali's list"]),
            ("name contains 'ju'", ["Orders July", "Orders June"]),
            ("name contains 'uly'", []),
            ("name contains 'orders' and not name = 'Orders July'", ["Orders June"]),
            ("name = 'Queue' or name = 'Orders June'", ["Orders June", "Queue"]),
            ("(name = 'Queue' or name = 'Orders June') and trashed = false", 2),
            ("trashed = true", 0),
            ("trashed", 0),
            ("sharedWithMe", 0),
            ("'owner@example.com' in owners", 4),
            ('parents in "folder"', 0),
            ("modifiedTime > '2023-11-14T22:15:00'", ["Ali's list", "Orders July"]),
            ("createdTime <= '2023-11-14T22:13:20Z'", ["Queue"]),
            ("name != 'Queue'", 3),
        ],
    )
    def test_query_finds_these(
        self, services: Services, query: str, names: list[str] | int
    ) -> None:
        names_found = found(services, query)
        assert (len(names_found) if isinstance(names, int) else names_found) == names

    @pytest.mark.parametrize(
        "query", ["name", "name = ", "title = 'x'", "name = 'x' and", "(name = 'x'", "name ~ 'x'",
                  "size > 5", "modifiedTime > 'yesterday'", "'x' in names"],
    )  # fmt: skip
    def test_query_that_cannot_be_read_is_refused(self, services: Services, query: str) -> None:
        with pytest.raises(Refused) as refused:
            found(services, query)
        assert refused.value.message == "Invalid Value"
        assert refused.value.error["errors"][0]["location"] == "q"

    def test_pages_follow_one_another(self, services: Services) -> None:
        names: list[str] = []
        query: dict[str, Any] = {"pageSize": 3, "fields": "nextPageToken,files(name)"}
        first = services.call("GET", FILES, **query)
        rest = services.call("GET", FILES, **query, pageToken=first["nextPageToken"])
        for page in (first, rest):
            names += [file["name"] for file in page["files"]]
        assert names == found(services)
        assert "nextPageToken" not in rest

    def test_order_can_be_chosen(self, services: Services) -> None:
        answer = services.call("GET", FILES, orderBy="name desc", fields="files/name")
        assert answer["files"][0] == {"name": "Queue"}

    @pytest.mark.parametrize(
        "query", [{"pageToken": "BOGUS"}, {"pageSize": "0"}, {"orderBy": "colour"},
                  {"fields": "files(colour)"}, {"fields": "file"}],
    )  # fmt: skip
    def test_parameters_out_of_place_are_refused(
        self, services: Services, query: dict[str, Any]
    ) -> None:
        with pytest.raises(Refused) as refused:
            services.call("GET", FILES, **query)
        assert refused.value.code == 400

    def test_only_what_is_shared_is_found(self, services: Services) -> None:
        assert found(services, account=FRIEND) == []
        share(services, FRIEND)
        assert found(services, "sharedWithMe", account=FRIEND) == ["Queue"]


class TestPermissions:
    def permissions(self, services: Services) -> dict[str, str]:
        """Role by address."""
        answer = services.call(
            "GET", f"{file_path(services)}/permissions", fields="nextPageToken,permissions"
        )
        return {item["emailAddress"]: item["role"] for item in answer["permissions"]}

    def test_sharing_gives_a_role_and_an_id(self, services: Services) -> None:
        answer = share(services, FRIEND)
        assert answer == {
            "kind": "drive#permission",
            "id": answer["id"],
            "type": "user",
            "role": "writer",
        }
        assert self.permissions(services) == {OWNER: "owner", FRIEND: "writer"}
        assert services.get("A1", account=FRIEND) == []

    def test_sharing_again_changes_the_role(self, services: Services) -> None:
        assert share(services, FRIEND)["id"] == share(services, FRIEND, "reader")["id"]
        assert self.permissions(services)[FRIEND] == "reader"

    def test_everyone_may_be_let_in(self, services: Services) -> None:
        body = {"type": "anyone", "role": "reader", "withLink": True}
        answer = services.call("POST", f"{file_path(services)}/permissions", body)
        assert answer["id"] == "anyoneWithLink"
        assert services.get("A1", account=STRANGER) == []

    def test_domain_may_be_let_in(self, services: Services) -> None:
        body = {"type": "domain", "role": "commenter", "domain": "example.com"}
        services.call("POST", f"{file_path(services)}/permissions", body)
        assert services.get("A1", account=STRANGER) == []
        with pytest.raises(Refused):
            services.put("A1", [["a"]], account=STRANGER)

    def test_role_can_be_changed_read_and_taken_away(self, services: Services) -> None:
        path = f"{file_path(services)}/permissions/{share(services, FRIEND)['id']}"
        assert services.call("PATCH", path, {"role": "reader"})["role"] == "reader"
        assert services.call("GET", path, fields="role,emailAddress") == {
            "role": "reader",
            "emailAddress": FRIEND,
        }
        assert services.send("DELETE", path).status == 204
        with pytest.raises(Refused) as refused:
            services.call("GET", path)
        assert refused.value.code == 404

    def test_owner_keeps_the_file_until_it_is_handed_over(self, services: Services) -> None:
        owner_id = next(iter(services.library.documents[services.id].permissions))
        for method, body in (("DELETE", None), ("PATCH", {"role": "reader"})):
            with pytest.raises(Refused) as refused:
                services.call(method, f"{file_path(services)}/permissions/{owner_id}", body)
            assert refused.value.code == 403

    def test_ownership_needs_the_word_for_it(self, services: Services) -> None:
        path = f"{file_path(services)}/permissions/{share(services, FRIEND)['id']}"
        with pytest.raises(Refused) as refused:
            services.call("PATCH", path, {"role": "owner"})
        assert refused.value.error["errors"][0]["location"] == "transferOwnership"
        services.call("PATCH", path, {"role": "owner"}, transferOwnership="true")
        assert self.permissions(services) == {OWNER: "writer", FRIEND: "owner"}

    def test_ownership_passes_to_whom_the_owner_marked(self, services: Services) -> None:
        path = f"{file_path(services)}/permissions/{share(services, FRIEND)['id']}"
        accept: dict[str, Any] = {"transferOwnership": "True", "account": FRIEND}
        with pytest.raises(Refused) as refused:
            services.call("PATCH", path, {"role": "owner"}, **accept)
        assert refused.value.code == 403
        services.call("PATCH", path, {"role": "writer", "pendingOwner": True})
        services.call("PATCH", path, {"role": "owner"}, **accept)
        assert services.library.documents[services.id].owner == FRIEND

    @pytest.mark.parametrize(
        "body",
        [
            {"role": "reader"},
            {"type": "user", "role": "reader"},
            {"type": "user", "role": "king", "emailAddress": FRIEND},
            {"type": "group", "role": "owner", "emailAddress": "group@example.com"},
        ],
    )
    def test_permission_that_makes_no_sense_is_refused(
        self, services: Services, body: dict[str, str]
    ) -> None:
        with pytest.raises(Refused):
            services.call(
                "POST", f"{file_path(services)}/permissions", body, transferOwnership="true"
            )
        assert self.permissions(services) == {OWNER: "owner"}

    @pytest.mark.parametrize(
        ("kind", "address"),
        [("user", "friend"), ("group", "a@b@c"), ("user", "a b@c.com"), ("anyone", FRIEND)],
    )
    def test_an_address_that_is_none_or_not_wanted_is_refused(
        self, services: Services, kind: str, address: str
    ) -> None:
        with pytest.raises(Refused, match="emailAddress is invalid or not applicable"):
            services.call(
                "POST",
                f"{file_path(services)}/permissions",
                {"type": kind, "role": "reader", "emailAddress": address},
            )
        assert self.permissions(services) == {OWNER: "owner"}
