//! The pages of the bench with the built files beside them, compressed as a web server would send them.

use std::path::Path;
use std::process::Command;

use gms_chat_simulator::{Options, Running, start};

use crate::stage::{Lapse, Step};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Node.js has brotli.
const COMPRESS: &str = "
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { brotliCompressSync } = require('node:zlib');
process.chdir(process.argv[1]);
for (const name of readdirSync('.')) writeFileSync(name + '.br', brotliCompressSync(readFileSync(name)));
";

/// Serves the folder on a port of its own.
pub(crate) async fn open() -> Step<Running> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("window-bench");
    // What is left of an earlier run would be measured instead.
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder)?;
    let root = Path::new(ROOT);
    for source in ["dist", "benches/window/pages"] {
        for file in std::fs::read_dir(root.join(source))? {
            let file = file?;
            // Languages, the package and the playground are no part of what is measured.
            if file.file_type()?.is_file() {
                std::fs::copy(file.path(), folder.join(file.file_name()))?;
            }
        }
    }
    std::fs::copy(root.join("tests/widget/gms.js"), folder.join("gms.js"))?;
    let done = Command::new("node")
        .args(["-e", COMPRESS, "--"])
        .arg(&folder)
        .status()?;
    if !done.success() {
        return Err(Lapse::new("Node.js could not compress the files"));
    }
    let options = Options {
        site: Some(folder),
        ..Options::on_any_port()
    };
    Ok(start(options).await?)
}
