using System.CommandLine;
using VmaTools.Cli;
using VmaTools.Cli.Files;

RootCommand root = new("Lists, proves, extracts and creates Proxmox VE backup archives (VMA) with the arguments and the output of Proxmox's own vma.")
{
    ListCommand.Create(),
    ConfigCommand.Create(),
    CreateCommand.Create(),
    ExtractCommand.Create(),
    ServeCommand.Create(),
    VerifyCommand.Create(),
    IndexCommand.Create(),
    LsCommand.Create(),
    CatCommand.Create(),
    CpCommand.Create(),
    DfCommand.Create(),
};
return root.Parse(System.Array.ConvertAll(args, static a => a == "--sha256=all" ? LsCommand.AllDigests : a)).Invoke();
