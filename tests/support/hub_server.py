"""A server on this machine that stands for the Hugging Face hub; the hub's own library talks to it."""

import hashlib
import json

from tests.support.file_server import FileServer


class HubServer(FileServer):
    """Gives models by name, revision and commit; `asked` holds every request."""

    def add(self, repository, commit, contents, revisions=("main",)):
        """Offer a model: `contents` by file name, under a commit and the names of its revisions."""
        listing = [
            {"type": "file", "path": name, "size": len(content), "oid": _digest(content)}
            for name, content in contents.items()
        ]
        siblings = [{"rfilename": name, "size": len(content)} for name, content in contents.items()]
        information = {"id": repository, "sha": commit, "siblings": siblings, "tags": [], "private": False}
        for revision in (*revisions, commit):
            place = f"/api/models/{repository}"
            self._add_json(f"{place}/tree/{revision}", listing)
            self._add_json(f"{place}/revision/{revision}", information)
            if revision == "main":
                self._add_json(place, information)
        for name, content in contents.items():
            headers = {"ETag": f'"{_digest(content)}"', "X-Repo-Commit": commit}
            for revision in (*revisions, commit):
                self.files[f"/{repository}/resolve/{revision}/{name}"] = (200, headers, content)

    def use(self, monkeypatch, cache):
        """Let the hub's library of this process ask here, and keep its downloads in a folder."""
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "ENDPOINT", self.url)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", self.url + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))

    def _add_json(self, path, value):
        self.files[path] = (200, {"Content-Type": "application/json"}, json.dumps(value).encode())


def contents_of(folder):
    """Return the files of a folder by their names."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def _digest(content):
    return hashlib.sha1(content).hexdigest()
