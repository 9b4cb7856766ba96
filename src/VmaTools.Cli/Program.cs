using System.CommandLine;
using VmaTools.Cli;

RootCommand root = new("Lists, proves and extracts Proxmox VE backup archives (VMA) with the arguments and the output of Proxmox's own vma.")
{
    ListCommand.Create(),
    ConfigCommand.Create(),
    ExtractCommand.Create(),
    ServeCommand.Create(),
    VerifyCommand.Create(),
    IndexCommand.Create(),
};
return root.Parse(args).Invoke();
