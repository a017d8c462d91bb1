//! Writes the seeds into a folder for each target, below the folder that it is given.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .unwrap_or_else(|| "corpus".into());
    for (number, seed) in gms_chat_fuzz::seeds().into_iter().enumerate() {
        let folder = Path::new(&folder).join(seed.target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("golden-{number}")), seed.bytes)?;
    }
    Ok(())
}
